import { expect, test, type Browser, type Page } from "@playwright/test";

import {
  expectRefused, field, fillSignIn, openBook, payButton, printWon, readyToPay, scripted, signUp, won,
} from "./shop";

const main = (page: Page) => page.getByRole("main");
const told = (page: Page, sentence: string) => main(page).getByRole("status").filter({ hasText: sentence });
const button = (page: Page, name: string) => main(page).getByRole("button", { name, exact: true });

async function signIn(page: Page, who: "staff" | "seller", next: string) {
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await fillSignIn(page, `${who}@madang.example`, `${who}-madang`);
  await expect(page).toHaveURL(next);
}

/** Somebody else at the same time: a browser of their own. */
async function elsewhere(browser: Browser, page: Page) {
  const context = await browser.newContext({
    javaScriptEnabled: scripted(),
    baseURL: new URL(page.url()).origin,
    locale: "ko-KR",
  });
  return context.newPage();
}

/** The stock page of a book, as it is open afterwards. */
async function openStock(page: Page, title: string) {
  const path = await openBook(page, title);
  await page.goto(path.replace("/products/", "/seller/stock/"));
  await expect(page.getByRole("heading", { level: 1 })).toContainText(title);
  return path;
}

const onHand = async (page: Page) =>
  Number((await page.getByTestId("on-hand").textContent())?.replaceAll(",", ""));

/** One of the forms of a stock page, by its heading. */
const form = (page: Page, heading: string) =>
  page.locator("form").filter({ has: page.getByRole("heading", { name: heading, exact: true }) });

test("staff prepares, ships and delivers an order, and its shopper sees each step", async ({ page, browser }) => {
  await readyToPay(page, "유충렬전");
  await payButton(page).click();
  await expect(page).toHaveURL(/\/complete$/);
  const number = await page.getByTestId("order-number").innerText();
  const order = new URL(page.url()).pathname.replace("/complete", "");

  const desk = await elsewhere(browser, page);
  await signIn(desk, "staff", "/staff");
  await expect(desk.getByRole("banner").getByRole("link", { name: "운영" })).toBeVisible();
  await desk.goto(`/staff${order}`);
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText(`주문 ${number}`);
  for (const [step, next] of [["상품준비중", "배송중"], ["배송중", "배송완료"], ["배송완료", null]] as const) {
    await button(desk, `${step} 처리`).click();
    await expect(told(desk, "저장했습니다.")).toBeVisible();
    await expect(main(desk).locator(".history")).toContainText(`→ ${step}`);
    await page.goto(order);
    await expect(main(page)).toContainText(step);
    // Only the steps that are open are offered.
    await expect(button(desk, `${step} 처리`)).toHaveCount(0);
    if (next) await expect(button(desk, `${next} 처리`)).toBeVisible();
  }
  await expect(main(desk).getByRole("button", { name: / 처리$/ })).toHaveCount(0);
  await expect(main(desk).locator(".history")).toContainText("운영자 박마당");
  await desk.context().close();
});

test("a step that somebody else was quicker with is refused, or done once", async ({ page, browser }) => {
  await readyToPay(page, "유충렬전");
  await payButton(page).click();
  await expect(page).toHaveURL(/\/complete$/);
  const path = `/staff${new URL(page.url()).pathname.replace("/complete", "")}`;

  const desk = await elsewhere(browser, page);
  await signIn(desk, "staff", path);
  const other = await desk.context().newPage();
  await other.goto(path);
  await button(other, "배송중 처리").click();
  await expect(told(other, "저장했습니다.")).toBeVisible();
  await button(other, "배송완료 처리").click();
  await expect(told(other, "저장했습니다.")).toBeVisible();
  await button(desk, "상품준비중 처리").click();
  await expect(main(desk).getByRole("alert")).toContainText("그사이 상태가 바뀌었습니다.");
  await expect(main(desk).locator(".history > .of-status").filter({ hasText: "배송완료" })).toHaveCount(1);
  await desk.context().close();
});

test("a return goes all its way, and the refund adds up", async ({ page, browser }) => {
  await readyToPay(page, "유충렬전");
  await payButton(page).click();
  await expect(page).toHaveURL(/\/complete$/);
  const order = new URL(page.url()).pathname.replace("/complete", "");
  const desk = await elsewhere(browser, page);
  await signIn(desk, "staff", `/staff${order}`);
  for (const step of ["배송중", "배송완료"]) await button(desk, `${step} 처리`).click();

  await page.goto(order);
  await main(page).getByRole("link", { name: "반품·교환 신청" }).click();
  await main(page).getByLabel("유충렬전").selectOption("1");
  await field(page, "자세한 사유").fill("낱장이 빠져 있습니다");
  await main(page).getByRole("button", { name: "신청하기" }).click();
  await expect(page).toHaveURL(new RegExp(`${order}\\b`));

  await desk.goto("/staff/claims");
  const row = main(desk).getByRole("row").filter({ has: desk.locator(`a[href*="${order}#claim-"]`) });
  await expect(row).toContainText("낱장이 빠져 있습니다");
  await row.getByRole("link").click();
  // To refuse it takes a reason, which its shopper will read.
  await main(desk).getByText("거절…").click();
  await field(desk, "자세한 사유").fill(" ");
  await button(desk, "거절하기").click();
  await expect(field(desk, "자세한 사유")).toHaveAccessibleDescription("입력해 주세요.");

  await button(desk, "승인").click();
  await button(desk, "회수 시작").click();
  await main(desk).getByLabel("귀책").selectOption({ label: "불량·오배송" });
  await button(desk, "검수 완료").click();
  const expected = won((await main(desk).getByText(/을 돌려줍니다/).textContent())?.replace(/원.*/, "") ?? "");
  await button(desk, "처리 완료").click();
  await expect(told(desk, "저장했습니다.")).toBeVisible();
  await expect(main(desk).locator(".refunds dd.sum")).toHaveText(printWon(expected));
  await expect(main(desk).locator(".history")).toContainText("결제: 결제완료 → 환불완료");
  // The seller's fault costs the shopper nothing.
  await page.goto("/my/points");
  await expect(page.getByTestId("balance")).toHaveText("100,000원");
  await desk.context().close();
});

test("a campaign with flaws comes back filled, is made once they are mended, and stops", async ({ page }) => {
  const name = `가을 나들이 ${Date.now()}`;
  await signIn(page, "staff", "/staff/coupons");
  await main(page).getByRole("link", { name: "새 캠페인" }).click();
  await expect(page).toHaveURL("/staff/coupons/new");
  await field(page, "이름").fill(name);
  await field(page, "할인 값").fill("101");
  await field(page, "대상 분야 번호").fill("1, 가");
  await field(page, "시작").fill("2026-01-01T00:00");
  await field(page, "끝").fill("2025-01-01T00:00");
  await field(page, "발급 방식").selectOption({ label: "코드 입력" });
  await button(page, "캠페인 시작하기").click();
  await expect(page).toHaveURL("/staff/coupons/new");
  await expect(main(page).getByRole("alert").getByRole("link")).toHaveCount(4);
  await expectRefused(field(page, "할인 값"), "101", "1부터 100까지 입력할 수 있습니다.");
  await expectRefused(field(page, "대상 분야 번호"), "1, 가", "숫자로 입력해 주세요.");
  await expectRefused(field(page, "끝"), "2025-01-01T00:00", "끝나는 때가 시작하는 때보다 뒤여야 합니다.");
  await expectRefused(field(page, "쿠폰 코드"), "", "입력해 주세요.");
  await expect(field(page, "이름")).toHaveValue(name);
  await expect(field(page, "발급 방식")).toHaveValue("code");

  await field(page, "할인 값").fill("10");
  await field(page, "최대 할인 금액").fill("3000");
  await field(page, "대상 분야 번호").fill("");
  await field(page, "끝").fill("2099-01-01T00:00");
  await field(page, "쿠폰 코드").fill(`e2e-${Date.now()}`);
  await button(page, "캠페인 시작하기").click();
  await expect(told(page, "캠페인을 만들었습니다.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${name} 발급 중`);
  await expect(main(page)).toContainText("10% 할인, 최대 3,000원 · 모든 책");

  // To stop it takes two clicks, and then there is nothing left to stop.
  await page.goto("/staff/coupons");
  const own = main(page).getByRole("listitem").filter({ has: page.getByRole("link", { name, exact: true }) });
  await expect(own.getByRole("button", { name: "발급 멈추기", exact: true })).toBeHidden();
  await own.getByText("발급 멈추기…").click();
  await own.getByRole("button", { name: "발급 멈추기", exact: true }).click();
  await expect(told(page, "발급을 멈췄습니다.")).toBeVisible();
  await expect(own).toContainText("멈춤");
  await expect(own.getByText("발급 멈추기…")).toHaveCount(0);
});

test("a coupon is given by e-mail, to members alone", async ({ page, browser }) => {
  await signIn(page, "staff", "/staff/coupons");
  await main(page).getByRole("link", { name: "마당 나들이 10%" }).click();
  await expect(page).toHaveURL(/\/staff\/coupons\/\d+$/);
  await field(page, "이메일").fill("nobody-at-all@example.com");
  await button(page, "쿠폰 주기").click();
  await expectRefused(field(page, "이메일"), "nobody-at-all@example.com", "찾을 수 없습니다. 다시 확인해 주세요.");

  const shopper = await elsewhere(browser, page);
  const member = await signUp(shopper);
  await field(page, "이메일").fill(member.email);
  await button(page, "쿠폰 주기").click();
  await expect(told(page, "쿠폰을 주었습니다.")).toBeVisible();
  await shopper.goto("/my/coupons");
  await expect(main(shopper)).toContainText("마당 나들이 10%");
  await field(page, "이메일").fill(member.email);
  await button(page, "쿠폰 주기").click();
  await expect(main(page).getByRole("alert")).toContainText("이미 받은 쿠폰입니다.");
  await shopper.context().close();
});

test("points are adjusted by e-mail, with a reason, and never below nothing", async ({ page, browser }) => {
  await signIn(page, "staff", "/staff/points");
  const shopper = await elsewhere(browser, page);
  const member = await signUp(shopper);
  const fill = async (amount: string, reason: string) => {
    await field(page, "이메일").fill(member.email);
    await field(page, "금액").fill(amount);
    await field(page, "자세한 사유").fill(reason);
    await button(page, "포인트 조정").click();
  };
  await fill("7000", "이벤트 당첨");
  await expect(told(page, "포인트를 조정했습니다.")).toBeVisible();
  await fill("-8000", "잘못 준 것");
  await expect(main(page).getByRole("alert")).toContainText("포인트가 부족합니다.");
  await expect(field(page, "자세한 사유")).toHaveValue("잘못 준 것");
  await fill("-3000", "잘못 준 것");
  await expect(told(page, "포인트를 조정했습니다.")).toBeVisible();
  await shopper.goto("/my/points");
  await expect(shopper.getByTestId("balance")).toHaveText("4,000원");
  await shopper.context().close();
});

test("the audit adds everything up again and finds nothing broken", async ({ page }) => {
  await signIn(page, "staff", "/staff/audit");
  const now = button(page, "지금 점검");
  // Somebody else may have asked for one at this moment.
  await expect(now.or(main(page).getByRole("progressbar"))).toBeVisible();
  if (await now.isVisible()) await now.click();
  await expect(now).toBeVisible({ timeout: 20_000 });
  const rows = main(page).locator("tbody").getByRole("row");
  await expect(told(page, `모두 맞습니다. 규칙 ${await rows.count()}개`)).toBeVisible();
  expect(await rows.count()).toBeGreaterThan(20);
  for (const row of await rows.all()) await expect(row.getByRole("cell").last()).toHaveText("0");
});

test("stock moves by a delta with its reason, and by a count unless something moved", async ({ page, browser }) => {
  // Each project has a book of its own, since these counts must stand still.
  const title = scripted() ? "홍길동전" : "박씨전";
  await signIn(page, "staff", "/seller/stock");
  await openStock(page, title);
  const before = await onHand(page);

  await form(page, "입고·차감").getByLabel(/변동 수량/).fill("12");
  await form(page, "입고·차감").getByLabel(/사유/).fill("출판사에서 들어옴");
  const sending = page.waitForRequest((request) => request.url().endsWith("/fn/seller/stock-change"));
  await form(page, "입고·차감").getByRole("button").click();
  const sent = await sending;
  await expect(told(page, "저장했습니다.")).toBeVisible();
  // The very same form once more changes nothing.
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };
  await page.request.post("/fn/seller/stock-change", { headers, data: sent.postData() ?? "" });
  await page.reload();
  await expect(page.getByTestId("on-hand")).toHaveText((before + 12).toLocaleString("en-US"));
  const newest = main(page).locator("tbody").getByRole("row").first();
  await expect(newest).toContainText(/입고\s*\+12\s*0\s*출판사에서 들어옴\s*박마당/);

  // A flaw comes back with what was typed.
  await form(page, "입고·차감").getByLabel(/변동 수량/).fill("열둘");
  await form(page, "입고·차감").getByLabel(/사유/).fill("오타");
  await form(page, "입고·차감").getByRole("button").click();
  await expectRefused(form(page, "입고·차감").getByLabel(/변동 수량/), "열둘", "숫자로 입력해 주세요.");
  await expect(form(page, "입고·차감").getByLabel(/사유/)).toHaveValue("오타");

  // Two count at once; the second to write is told, and nothing of theirs is written.
  await page.goto(page.url().split("?")[0]);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await form(other, "입고·차감").getByLabel(/변동 수량/).fill("-2");
  await form(other, "입고·차감").getByLabel(/사유/).fill("파손");
  await form(other, "입고·차감").getByRole("button").click();
  await expect(told(other, "저장했습니다.")).toBeVisible();
  await other.close();
  const counted = String(before + 12);
  await form(page, "실사").getByLabel(/센 수량/).fill(counted);
  await form(page, "실사").getByLabel(/사유/).fill("월말 실사");
  await form(page, "실사").getByRole("button").click();
  await expect(main(page).getByRole("alert")).toContainText("보시는 동안 재고가 바뀌었습니다.");
  await expect(page.getByTestId("on-hand")).toHaveText((before + 10).toLocaleString("en-US"));
  await expect(form(page, "실사").getByLabel(/센 수량/)).toHaveValue(counted);
  await expect(form(page, "실사").getByLabel(/사유/)).toHaveValue("월말 실사");

  // Counted anew, it is taken; this time it is what it was before.
  await form(page, "실사").getByLabel(/센 수량/).fill(String(before));
  await form(page, "실사").getByRole("button").click();
  await expect(told(page, "저장했습니다.")).toBeVisible();
  await expect(page.getByTestId("on-hand")).toHaveText(before.toLocaleString("en-US"));
});

test("a seller sees the stock of their own products alone", async ({ page }) => {
  await signIn(page, "staff", "/seller/stock");
  const all = await main(page).locator("tbody").getByRole("row").count();
  await page.getByRole("button", { name: "로그아웃" }).click();
  await signIn(page, "seller", "/seller/stock");
  await expect(page.getByRole("banner").getByRole("link", { name: "판매 관리" })).toBeVisible();
  const own = main(page).locator("tbody").getByRole("link");
  expect(await own.count()).toBeLessThanOrEqual(all);
  const products = await own.evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  const foreign = [...Array(20).keys()].map((n) => `/seller/stock/${n + 1}`).filter((path) => !products.includes(path));
  expect(foreign.length).toBeGreaterThan(0);
  expect((await page.goto(foreign[0]))?.status()).toBe(404);
  expect((await page.goto(products[0] ?? ""))?.status()).toBe(200);
  for (const path of ["/staff", "/staff/orders", "/staff/audit", "/staff/coupons", "/staff/points"])
    expect((await page.goto(path))?.status(), path).toBe(404);
});

test("these pages and their forms are not there for a shopper, and ask a guest to sign in", async ({ page }) => {
  const paths = [
    "/staff", "/staff/audit", "/staff/orders", "/staff/claims", "/staff/coupons", "/staff/coupons/new",
    "/staff/coupons/1", "/staff/points", "/seller", "/seller/stock", "/seller/stock/1",
  ];
  for (const path of paths) {
    await page.goto(path);
    await expect(page).toHaveURL(`/login?next=${path}`);
  }
  const member = await signUp(page);
  await expect(page.getByRole("banner").getByRole("link", { name: "운영" })).toHaveCount(0);
  for (const path of paths) {
    expect((await page.goto(path))?.status(), path).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("페이지를 찾을 수 없습니다");
  }
  const forms: [string, Record<string, string>][] = [
    ["/fn/staff/coupon-stop", { id: "1" }],
    ["/fn/staff/points", { email: member.email, amount: "5000", reason: "나", key: crypto.randomUUID() }],
    ["/fn/seller/stock-change", { id: "1", delta: "5", reason: "나", key: crypto.randomUUID() }],
    ["/fn/seller/stock-low", { id: "1", low_at: "0" }],
  ];
  for (const [path, sent] of forms) {
    const headers = { accept: "application/json", origin: new URL(page.url()).origin };
    expect((await page.request.post(path, { headers, form: sent })).status(), path).toBe(404);
  }
  await page.goto("/my/points");
  await expect(page.getByTestId("balance")).toHaveText("0원");
});
