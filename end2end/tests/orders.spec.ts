import { expect, test, type Browser, type Page } from "@playwright/test";

import { elsewhere, step } from "./desk";
import {
  addToCart, charge, expectRefused, field, fillAddress, fillSignIn, fits, order, printWon, scripted, signUp, total, won,
} from "./shop";

/** A book of the demo seller, which nobody else changes. */
const BOOK = "배비장전";

const main = (page: Page) => page.getByRole("main");
const button = (page: Page, name: string | RegExp) => main(page).getByRole("button", { name, exact: typeof name === "string" });
const told = (page: Page, sentence: string) => main(page).getByRole("status").filter({ hasText: sentence });
const row = (page: Page, number: string) => main(page).getByRole("row").filter({ hasText: number });

/** Orders of one copy each, all paid; answers with their paths, their numbers and what each costs. */
async function bought(page: Page, count: number, recipient: string) {
  await signUp(page);
  await charge(page, 300_000);
  const orders: { path: string; number: string; paid: number }[] = [];
  for (let n = 0; n < count; n++) {
    await addToCart(page, BOOK);
    await page.goto("/checkout");
    if (n === 0) await fillAddress(page, { recipient });
    const path = await order(page);
    orders.push({
      path,
      number: await page.getByTestId("order-number").innerText(),
      paid: won(await total(page).textContent()),
    });
  }
  return orders;
}

/** A seller or a member of the staff, in a browser of their own. */
async function desk(browser: Browser, page: Page, who: "staff" | "seller", path: string) {
  const own = await elsewhere(browser, page);
  await own.goto(`/login?next=${encodeURIComponent(path)}`);
  await fillSignIn(own, `${who}@madang.example`, `${who}-madang`);
  await expect(own).toHaveURL(path);
  return own;
}

const name = () => `주문자${scripted() ? "가" : "나"}${Date.now()}`;

async function search(page: Page, typed: string) {
  await page.getByRole("searchbox", { name: "주문 찾기" }).fill(typed);
  await button(page, "검색").click();
}

test("a seller finds new orders, accepts them together, and ships them by a file", async ({ page, browser }) => {
  const recipient = name();
  // What is accepted the carrier books by itself; the file ships what is not.
  const [one, two, three, four] = await bought(page, 4, recipient);
  const own = await desk(browser, page, "seller", "/seller/orders?tab=new");
  await search(own, one.number);
  await expect(row(own, one.number)).toContainText(recipient);
  await expect(row(own, two.number)).toHaveCount(0);
  // What is searched by address is written down a moment after the order.
  await expect(async () => {
    await own.goto(`/seller/orders?tab=new&q=${recipient}`);
    await expect(row(own, two.number)).toBeVisible({ timeout: 500 });
  }).toPass();
  const ticked = own.getByRole("checkbox", { name: `${three.number} 선택` });
  await main(own).getByRole("link", { name: "이 쪽 모두 고르기" }).click();
  await expect(ticked).toBeChecked();
  await main(own).getByRole("link", { name: "모두 놓기" }).click();
  await expect(ticked).not.toBeChecked();
  for (const { number } of [one, two]) await own.getByRole("checkbox", { name: `${number} 선택` }).check();
  await button(own, "상품준비중 처리").click();
  await expect(main(own).getByRole("heading", { level: 2 })).toHaveText("주문 2건을 ‘상품준비중’(으)로 처리합니다.");
  // Somebody else is quicker with one of them.
  const staff = await desk(browser, page, "staff", `/staff${two.path}`);
  await step(staff, "상품준비중 처리");
  await button(own, "2건 상품준비중 처리").click();
  await expect(told(own, "1건을 처리했습니다.")).toBeVisible();
  await expect(main(own).getByRole("alert")).toContainText("1건은 처리하지 못했습니다.");
  await expect(main(own).getByRole("alert").getByRole("listitem")).toContainText(two.number);

  // A file with a wrong row ships nothing. Each project has a number of its own.
  const tracking = scripted() ? "1111-2222" : "3333-2222";
  await own.goto("/seller/orders/ship");
  await fits(own);
  const file = (rows: string[]) => ({
    name: "ship.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`\uFEFF주문번호,택배사,운송장번호\n${rows.join("\n")}\n`),
  });
  const upload = async (rows: string[]) => {
    await own.getByLabel("운송장 파일").setInputFiles(file(rows));
    await button(own, "파일 확인").click();
  };
  await upload([`${three.number},한빛택배,${tracking}`, "20200101-00000000,한빛택배,33334444", `${four.number},,5`]);
  await expect(main(own).getByRole("heading", { level: 2 }).first()).toHaveText("3줄 중 2줄이 틀렸습니다.");
  await expect(main(own).locator("tbody").getByRole("row")).toHaveText([/^3.*이런 주문이 없습니다/, /^4.*택배사: 입력해 주세요/]);
  await expect(button(own, /발송$/)).toHaveCount(0);
  await upload([`${three.number},한빛택배,${tracking}`, `${four.number},한빛택배,${tracking}`]);
  await button(own, "2건 발송").click();
  await expect(told(own, "2건을 발송했습니다.")).toBeVisible();

  // Their shopper sees the parcel.
  await page.goto(three.path);
  await expect(page.getByTestId("follow")).toContainText(tracking.replace("-", ""));
  await expect(page.getByTestId("follow")).toContainText("한빛택배");
  await own.goto("/seller/orders");
  await search(own, tracking.replace("-", " "));
  await expect(main(own).locator("tbody").getByRole("row")).toHaveCount(2);
  for (const context of [own, staff]) await context.context().close();
});

test("an empty list has no steps, and a file that is no table, or none, is refused with why", async ({ page, browser }) => {
  await page.goto("/");
  // A list without orders has no steps for them either.
  const own = await desk(browser, page, "seller", "/seller/orders?tab=new&q=nobody");
  await expect(main(own)).toContainText("조건에 맞는 주문이 없습니다.");
  await expect(button(own, /처리$/)).toHaveCount(0);
  await own.goto("/seller/orders/ship");
  await button(own, "파일 확인").click();
  await expect(own.getByLabel("운송장 파일")).toHaveAccessibleDescription("입력해 주세요.");
  await own.getByLabel("운송장 파일").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("가,나\n1,2\n") });
  await button(own, "파일 확인").click();
  await expect(main(own).getByRole("alert")).toBeVisible();
  const [example] = await Promise.all([own.waitForEvent("download"), own.getByRole("link", { name: "예시 파일 받기" }).click()]);
  expect(example.suggestedFilename()).toBe("ship.csv");
  await own.context().close();
});

test("ticked orders are shipped with numbers typed in, and a wrong one loses nothing", async ({ page, browser }) => {
  const [one] = await bought(page, 1, name());
  const own = await desk(browser, page, "seller", "/seller/orders?tab=new");
  await search(own, one.number);
  await own.getByRole("checkbox", { name: `${one.number} 선택` }).check();
  await button(own, "배송중 처리").click();
  await own.getByLabel(`${one.number} 택배사`).fill("한빛택배");
  await own.getByLabel(`${one.number} 운송장번호`).fill("12");
  await button(own, "1건 배송중 처리").click();
  await expectRefused(own.getByLabel(`${one.number} 운송장번호`), "12", /이상/);
  await expect(own.getByLabel(`${one.number} 택배사`)).toHaveValue("한빛택배");
  await own.getByLabel(`${one.number} 운송장번호`).fill("98765432");
  await button(own, "1건 배송중 처리").click();
  await expect(told(own, "1건을 처리했습니다.")).toBeVisible();
  await own.goto(`/seller${one.path}`);
  await expect(own.getByTestId("parcel")).toContainText("98765432");
  // A wrong number is mended.
  await main(own).getByText("운송장 고치기").click();
  await field(own, "운송장번호").fill("98765433");
  await button(own, "저장").click();
  await expect(own.getByTestId("parcel")).toContainText("98765433");
  await own.context().close();
});

test("the staff cancels a copy for its shopper, and the history tells all of it", async ({ page, browser }) => {
  const [one] = await bought(page, 1, name());
  const own = await desk(browser, page, "staff", `/staff${one.path}`);
  await main(own).getByRole("link", { name: "취소·환불" }).click();
  await expect(own.getByTestId("refund").locator("dd.sum")).toHaveText(printWon(one.paid));
  await expect(own.getByTestId("coupon-effect")).toHaveText("쿠폰을 돌려줍니다.");
  const cancel = `${printWon(one.paid)} 환불하고 취소하기`;
  await button(own, cancel).click();
  if (!scripted()) await expect(main(own).getByRole("alert")).toHaveCount(0);
  await field(own, "자세한 사유").fill("책이 상했습니다");
  await button(own, cancel).click();
  await expect(told(own, "저장했습니다.")).toBeVisible();
  await field(own, "새 메모").fill("사과 전화를 드렸습니다");
  await button(own, "메모 남기기").click();
  await expect(main(own).locator(".notes")).toContainText("사과 전화를 드렸습니다");
  const history = main(own).locator(".history");
  for (const word of ["주문: 결제완료 → 취소", "order.canceled", "사과 전화를 드렸습니다", "주문 취소 · 운영자 박마당", BOOK])
    await expect(history).toContainText(word);
  await own.getByRole("list", { name: "내역 구분" }).getByRole("link", { name: "재고" }).click();
  await expect(history.locator("> li")).toHaveCount(2);
  await expect(history.locator("> li").filter({ hasText: BOOK })).toHaveCount(2);
  await main(own).getByText("메모 지우기", { exact: true }).click();
  await expect(main(own).locator(".notes > li")).toHaveCount(1);
  await button(own, "지우기").click();
  await expect(main(own).locator(".notes > li")).toHaveCount(0);
  await page.goto(one.path);
  await expect(main(page).locator(".timeline")).toContainText("책이 상했습니다");
  await own.context().close();
});

test("a seller cancels their own part, and runs the claims of their goods", async ({ page, browser }) => {
  const [one, two] = await bought(page, 2, name());
  const own = await desk(browser, page, "seller", `/seller${one.path}`);
  await expect(main(own)).not.toContainText("포인트로 결제");
  await main(own).getByRole("link", { name: "취소·환불" }).click();
  await expect(own.getByTestId("coupon-effect")).toHaveCount(0);
  await field(own, "자세한 사유").fill("품절되었습니다");
  await button(own, /환불하고 취소하기$/).click();
  await expect(told(own, "저장했습니다.")).toBeVisible();
  // What is gone is told, and is no longer packed or counted.
  const entry = main(own).locator(".history > li").filter({ hasText: `취소 ${BOOK} 1권` });
  await expect(entry).toContainText("품절되었습니다");
  await expect(main(own).getByText("남은 합계", { exact: true })).toBeVisible();
  const csv = await (await own.request.get(`/seller/orders.csv?q=${one.number}`)).text();
  expect(csv).toContain(`${BOOK} x0`);
  expect(csv).not.toContain(`${BOOK} x1`);

  await own.goto(`/seller${two.path}`);
  for (const name of ["배송중 처리", "배송완료 처리"]) {
    await button(own, name).click();
    await expect(button(own, name)).toHaveCount(0);
  }
  await own.goto(`/seller${two.path}/cancel`);
  await expect(main(own).getByRole("alert")).toHaveText("이미 발송된 주문이라 취소할 수 없습니다. 돌려받은 뒤 반품으로 처리해 주세요.");
  await page.goto(two.path);
  await main(page).getByRole("link", { name: "반품·교환 신청" }).click();
  await main(page).getByLabel(BOOK).selectOption("1");
  await main(page).getByRole("radio", { name: "반품" }).check();
  await main(page).getByRole("radio", { name: "불량·오배송" }).check();
  await field(page, "자세한 사유").fill("젖어 있습니다");
  await main(page).getByRole("button", { name: "신청하기" }).click();
  await expect(page).toHaveURL(new RegExp(`${two.path}\\b`));

  await own.goto("/seller/claims?tab=requested");
  await search(own, two.number);
  await expect(row(own, two.number)).toContainText("젖어 있습니다");
  await row(own, two.number).getByRole("link").click();
  await expect(main(own)).toContainText("을 돌려줍니다.");
  for (const name of ["승인", "회수 시작", "검수 완료", "처리 완료"]) {
    await button(own, name).click();
    await expect(button(own, name)).toHaveCount(0);
  }
  await expect(main(own)).toContainText("처리 완료");
  await own.context().close();
});

test("these pages and steps are not there for others, and a part of another seller's is a 404", async ({ page, browser }) => {
  const [one] = await bought(page, 1, name());
  for (const path of [`/seller${one.path}`, "/seller/orders", "/seller/orders.csv", "/seller/claims", "/staff/orders.csv", "/seller/orders/ship"])
    expect((await page.goto(path).catch(() => null))?.status() ?? 404, path).toBe(404);
  const headers = { accept: "application/json", origin: new URL(page.url()).origin };
  const id = one.path.replace("/orders/", "");
  for (const path of ["orders-step", "orders-ship", "order-cancel", "delivery", "claim"]) {
    const form = { order: id, ids: id, to: "preparing", sheet: id, key: id, claim: id, seller: "1", count: "1", reason: "나" };
    expect((await page.request.post(`/fn/seller/${path}`, { headers, form })).status(), path).toBe(404);
  }
  // Books of another seller are none of the demo seller's business.
  await addToCart(page, "유충렬전");
  await page.goto("/checkout");
  const foreign = await order(page);
  const own = await desk(browser, page, "seller", "/seller/orders");
  expect((await own.goto(`/seller${foreign}`))?.status()).toBe(404);
  expect((await own.goto(`/seller${foreign}/cancel`))?.status()).toBe(404);
  expect((await own.goto("/staff/orders"))?.status()).toBe(404);
  const csv = await own.request.get("/seller/orders.csv");
  expect(csv.headers()["content-type"]).toContain("text/csv");
  expect(await csv.text()).toContain(one.number);
  await own.context().close();
});
