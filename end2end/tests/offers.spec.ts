import { expect, test, type Page } from "@playwright/test";

import { elsewhere } from "./desk";
import { expectRefused, field, fillSignIn, fits, openBook, scripted, signUp } from "./shop";

const main = (page: Page) => page.getByRole("main");
const told = (page: Page, sentence: string) => main(page).getByRole("status").filter({ hasText: sentence });
const button = (page: Page, name: string | RegExp) => main(page).getByRole("button", { name, exact: true });

async function signIn(page: Page, who: "staff" | "seller", next: string) {
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await fillSignIn(page, `${who}@madang.example`, `${who}-madang`);
  await expect(page).toHaveURL(next);
}

/** Each test of each project has books of its own, since their counts must stand still. */
const books = (at: 0 | 1 | 2) =>
  scripted()
    ? [["강철군화", "검찰관"], ["고백록", "군주론"], ["광화사", "기암성"]][at]
    : [["난중일기", "동방견문록"], ["도덕경", "돈키호테"], ["동물농장", "드라큘라"]][at];

/** The numbers of books, by their titles. */
async function numbers(page: Page, titles: string[]) {
  const found: string[] = [];
  for (const title of titles) found.push((await openBook(page, title)).replace("/products/", ""));
  return found;
}

/** What is on hand of a book. */
async function onHand(page: Page, id: string) {
  await page.goto(`/seller/stock/${id}`);
  return Number((await page.getByTestId("on-hand").textContent())?.replaceAll(",", ""));
}

/** A campaign of its own; answers with its path. */
async function newCampaign(page: Page, name: string, quantity = "") {
  await page.goto("/staff/coupons/new");
  await field(page, "이름").fill(name);
  await field(page, "할인 방식").selectOption("amount");
  await field(page, "할인 값").fill("2000");
  await field(page, "발급 방식").selectOption("staff");
  await field(page, "수량").fill(quantity);
  await button(page, "캠페인 시작하기").click();
  await expect(told(page, "캠페인을 만들었습니다.")).toBeVisible();
  return new URL(page.url()).pathname;
}

test("the stock table is searched, ordered and had as a file, and a threshold is changed in its place", async ({ page }) => {
  await signIn(page, "staff", "/seller/stock");
  const [title] = books(0);
  const search = page.getByLabel("제목·ISBN·번호");
  await search.fill(title);
  await button(page, "찾기").click();
  const row = main(page).getByRole("row").filter({ has: page.getByRole("link", { name: title, exact: true }) });
  await expect(row).toHaveCount(1);
  await row.getByLabel(`${title} 부족 기준`).fill("많이");
  await row.getByRole("button", { name: "저장" }).click();
  await expectRefused(row.getByRole("textbox"), "많이", "숫자로 입력해 주세요.");
  await row.getByRole("textbox").fill("3");
  await row.getByRole("button", { name: "저장" }).click();
  await expect(told(page, "저장했습니다.")).toBeVisible();
  await expect(search).toHaveValue(title);
  await expect(row.getByRole("textbox")).toHaveValue("3");
  await fits(page);

  await page.goto("/seller/stock");
  await main(page).getByRole("columnheader", { name: "판매 가능" }).getByRole("link").click();
  await expect(page).toHaveURL("/seller/stock?sort=available");
  await expect(main(page).getByRole("columnheader", { name: "판매 가능" })).toHaveAttribute("aria-sort", "ascending");
  const available = await main(page).locator("tbody strong").allTextContents();
  const sorted = available.map((text) => Number(text.replaceAll(",", "")));
  expect(sorted).toEqual([...sorted].sort((one, other) => one - other));
  const file = await page.request.get("/seller/stock.csv?q=" + encodeURIComponent(title));
  expect(file.headers()["content-type"]).toContain("text/csv");
  expect(await file.text()).toContain(title);
});

test("many products are changed at once after a page that names their number", async ({ page }) => {
  await signIn(page, "staff", "/seller/stock");
  const titles = books(1);
  const ids = await numbers(page, titles);
  const before = [await onHand(page, ids[0]), await onHand(page, ids[1])];
  await page.goto(`/seller/stock?q=${ids[0]}`);
  const tick = main(page).getByRole("checkbox", { name: `${titles[0]} 고르기` });
  await tick.check();
  await button(page, "고른 상품 한꺼번에 바꾸기…").click();
  await expect(page.getByRole("heading", { name: "상품 1개를 한꺼번에 바꿉니다." })).toBeVisible();

  await page.goto(`/seller/stock/bulk?id=${ids[0]}&id=${ids[1]}`);
  await expect(page.getByRole("heading", { name: "상품 2개를 한꺼번에 바꿉니다." })).toBeVisible();
  await field(page, "수량").fill("0");
  await field(page, "자세한 사유").fill("들어옴");
  await button(page, "상품 2개 바꾸기").click();
  await expectRefused(field(page, "수량"), "0", "입력해 주세요.");
  await expect(field(page, "자세한 사유")).toHaveValue("들어옴");
  await field(page, "수량").fill("7");
  await fits(page);
  await button(page, "상품 2개 바꾸기").click();
  await expect(told(page, "상품 2개를 바꿨습니다.")).toBeVisible();
  expect([await onHand(page, ids[0]), await onHand(page, ids[1])]).toEqual(before.map((count) => count + 7));

  // What cannot be is named, and the last own change is undone by a movement against it.
  for (const [at, id] of ids.entries()) {
    await page.goto(`/seller/stock/${id}`);
    await main(page).getByText("마지막 변경 되돌리기…").click();
    await button(page, "되돌리기").click();
    await expect(told(page, "저장했습니다.")).toBeVisible();
    await expect(main(page)).toContainText("되돌림: 들어옴");
    expect(await onHand(page, id)).toBe(before[at]);
  }
  await page.goto(`/seller/stock/bulk?id=${ids[0]}`);
  await field(page, "수량").fill("-90000000");
  await field(page, "자세한 사유").fill("파손");
  await button(page, "상품 1개 바꾸기").click();
  await expect(main(page).getByRole("alert")).toContainText("상품 1개는 바꾸지 못했습니다.");
  await expect(main(page).getByRole("alert")).toContainText(`${titles[0]}: 재고가 부족합니다.`);
});

test("a file of counts is looked at first, and taken unless it has a flaw or stock moved", async ({ page }) => {
  await signIn(page, "staff", "/seller/stock/count");
  const [id, other] = await numbers(page, books(2));
  const before = await onHand(page, id);
  const send = async (text: string) => {
    await page.goto("/seller/stock/count");
    await page.getByLabel("CSV 파일").setInputFiles({ name: "count.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await button(page, "미리보기").click();
  };
  await send("id,amount\n1,2\n");
  await expect(main(page).getByRole("alert")).toBeVisible();
  await expect(page).toHaveURL("/seller/stock/count");
  await send(`id,counted\n${id},많이\n99999999,1\n`);
  await expect(main(page).getByRole("alert")).toContainText("2곳을 고쳐야 합니다.");
  await expect(main(page).getByRole("row").filter({ hasText: "counted" })).toContainText("숫자로 입력해 주세요.");
  await fits(page);

  await send(`\uFEFFid,counted,reason\n${id},${before + 3},월말 실사\n`);
  await expect(page.getByRole("heading", { name: "상품 1개의 재고를 고칩니다." })).toBeVisible();
  const look = page.url();
  await page.goto(`/seller/stock/bulk?id=${id}&id=${other}`);
  await field(page, "수량").fill("1");
  await field(page, "자세한 사유").fill("그사이 들어옴");
  await button(page, "상품 2개 바꾸기").click();
  await expect(told(page, "상품 2개를 바꿨습니다.")).toBeVisible();
  await page.goto(look);
  await expect(main(page).getByRole("alert")).toContainText("상품 1개의 재고가 움직였습니다.");
  await button(page, "지금 재고로 다시 비교하기").click();
  await button(page, "상품 1개 고치기").click();
  await expect(told(page, "저장했습니다.")).toBeVisible();
  expect(await onHand(page, id)).toBe(before + 3);
  await page.goto(`/seller/stock/movements?product=${id}&kind=adjusted`);
  await expect(main(page)).toContainText("월말 실사");
  await fits(page);
});

test("a campaign is looked at before it begins, stops, and goes on", async ({ page }) => {
  const name = `미리 본 쿠폰 ${Date.now()}`;
  await signIn(page, "staff", "/staff/coupons/new");
  await field(page, "이름").fill(name);
  await field(page, "할인 방식").selectOption("amount");
  await field(page, "할인 값").fill("900000");
  await button(page, "미리보기").click();
  const preview = main(page).locator("#preview");
  await expect(preview).toContainText("900,000원 할인 · 모든 책");
  await expect(preview.getByRole("alert")).toContainText("한 권 값이 0원이 되는 상품이");
  await expect(preview.locator("tbody").getByRole("row")).toHaveCount(20);
  await expect(field(page, "이름")).toHaveValue(name);
  await fits(page);
  await field(page, "할인 값").fill("나");
  await button(page, "미리보기").click();
  await expectRefused(field(page, "할인 값"), "나", "숫자로 입력해 주세요.");
  await field(page, "할인 값").fill("100");
  await button(page, "캠페인 시작하기").click();
  await expect(told(page, "캠페인을 만들었습니다.")).toBeVisible();
  const path = new URL(page.url()).pathname;
  await main(page).getByText("발급 멈추기…").click();
  await button(page, "발급 멈추기").click();
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("멈춤");
  await button(page, "다시 발급하기").click();
  await expect(told(page, "다시 발급합니다.")).toBeVisible();
  await page.goto(`/staff/coupons?q=${encodeURIComponent(name)}&state=running`);
  await expect(main(page).getByRole("link", { name, exact: true })).toBeVisible();
  await main(page).getByRole("link", { name, exact: true }).click();
  await main(page).getByRole("link", { name: "실시간으로 보기" }).click();
  await expect(page.getByTestId("used")).toHaveText("0");
  const live = await page.request.get(page.url());
  expect(live.headers().refresh).toBe("5");
});

test("chosen members get their coupon after a page that names their number", async ({ page, browser }) => {
  await signIn(page, "staff", "/staff/coupons");
  const shopper = await elsewhere(browser, page);
  const member = await signUp(shopper);
  const path = await newCampaign(page, `고른 회원 ${Date.now()}`, "5");
  await main(page).getByRole("link", { name: "여러 회원에게 주기" }).click();
  await expect(page).toHaveURL(`${path}/issue`);
  await fits(page);
  await page.getByLabel(/^회원 이메일들/).fill(" , ");
  await main(page).locator("form").filter({ hasText: "이메일을 적어서" }).getByRole("button").click();
  await expect(main(page).getByRole("alert")).toContainText("입력해 주세요.");
  await page.getByLabel(/^회원 이메일들/).fill(`${member.email}\nnobody-at-all@example.com`);
  await main(page).locator("form").filter({ hasText: "이메일을 적어서" }).getByRole("button").click();
  await expect(page.getByRole("heading", { name: "회원 1명에게 쿠폰을 줍니다." })).toBeVisible();
  await expect(main(page)).toContainText("회원이 아닌 이메일 1개");
  await fits(page);
  await button(page, "1명에게 주기").click();
  await expect(told(page, "회원 1명에게 쿠폰을 주었습니다.")).toBeVisible();
  await shopper.goto("/my/coupons");
  await expect(main(shopper)).toContainText("고른 회원");

  // A file of addresses names who has it already.
  await page.goto(`${path}/issue`);
  await page.getByLabel("CSV 파일").setInputFiles({ name: "m.csv", mimeType: "text/csv", buffer: Buffer.from(`email\n${member.email}\n`) });
  await main(page).locator("form").filter({ hasText: "CSV 파일로" }).getByRole("button", { name: "고르기" }).click();
  await expect(main(page).getByRole("alert")).toContainText("이 쿠폰을 새로 받을 회원이 없습니다.");

  // It is taken back with a reason, and given back.
  await page.goto(`${path}/copies?email=${encodeURIComponent(member.email)}`);
  const row = main(page).getByRole("row").filter({ hasText: member.email });
  await row.getByText("회수…").click();
  await row.getByLabel(/사유/).fill("잘못 줌");
  await row.getByRole("button", { name: "회수하기" }).click();
  await expect(row).toContainText("회수됨");
  await shopper.reload();
  await expect(main(shopper)).toContainText("회수됨");
  await row.getByRole("button", { name: "회수 취소" }).click();
  await expect(row).toContainText("사용 가능");
  await fits(page);
  expect(await (await page.request.get(`${path}/copies.csv`)).text()).toContain(member.email);
  await shopper.context().close();
});

test("none of it is there for a shopper, nor a campaign for a seller", async ({ page }) => {
  const paths = [
    "/seller/stock/bulk?id=1", "/seller/stock/movements", "/seller/stock/count", "/staff/coupons/1/live",
    "/staff/coupons/1/copies", "/staff/coupons/1/issue",
  ];
  const files = ["/seller/stock.csv", "/seller/stock/movements.csv", "/staff/coupons.csv", "/staff/coupons/1/copies.csv"];
  for (const path of files) expect((await page.request.get(path)).status(), path).toBe(401);
  await signUp(page);
  for (const path of [...paths, ...files]) expect((await page.request.get(path)).status(), path).toBe(404);
  await page.getByRole("button", { name: "로그아웃" }).click();
  await signIn(page, "seller", "/seller/stock");
  for (const path of [...paths, ...files].filter((path) => path.startsWith("/staff")))
    expect((await page.request.get(path)).status(), path).toBe(404);
  for (const path of files.filter((path) => path.startsWith("/seller")))
    expect((await page.request.get(path)).status(), path).toBe(200);
});
