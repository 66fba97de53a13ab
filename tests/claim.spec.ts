import { expect, test, type Page } from "@playwright/test";

import { desk, elsewhere, step } from "./desk";
import {
  WELCOME, addToCart, balance, charge, expectRefused, field, fillAddress, order, printWon, readyToPay, signUp, total,
  won,
} from "./shop";

const main = (page: Page) => page.getByRole("main");
const alert = (page: Page) => main(page).getByRole("alert").first();
const badge = (page: Page, word: string) => main(page).locator(".statuses").getByText(word, { exact: true });
const button = (page: Page, name: string) => main(page).getByRole("button", { name, exact: true });
const claims = (page: Page) => page.getByTestId("claim-status");

/** An order of copies of 이춘풍전 that has arrived; answers with its path and the staff's page of it. */
async function delivered(page: Page, browser: Parameters<typeof desk>[0], copies: number) {
  await signUp(page);
  await charge(page, 100_000);
  await addToCart(page, "이춘풍전", copies);
  await page.goto("/checkout");
  await fillAddress(page);
  const path = await order(page);
  const paid = won(await total(page).textContent());
  const staff = await desk(browser, page, path);
  for (const name of ["상품준비중", "배송중", "배송완료"]) await step(staff, `${name} 처리`);
  await page.goto(path);
  return { path, paid, staff };
}

/** Fills the open form for a return or an exchange in, and sends it. */
async function ask(page: Page, kind: string, fault: string, reason: string) {
  await main(page).getByLabel("이춘풍전").selectOption("1");
  await main(page).getByRole("radio", { name: kind }).check();
  await main(page).getByRole("radio", { name: fault }).check();
  await field(page, "자세한 사유").fill(reason);
  await button(page, "신청하기").click();
}

test("what is being prepared can still be canceled, what is shipped not, and the shop says why", async ({ page, browser }) => {
  await readyToPay(page, "이춘풍전");
  const path = await order(page);
  const cancel = main(page).getByRole("button", { name: /환불받고 취소하기$/ });
  const staff = await desk(browser, page, path);
  await step(staff, "상품준비중 처리");
  await page.goto(`${path}/cancel`);
  await expect(cancel).toBeVisible();
  await step(staff, "배송중 처리");
  // Nor can it be sent back before it is there.
  const early = await page.context().newPage();
  await early.goto(`${path}/claim?seller=2`);
  await expect(alert(early)).toContainText("아직 배송이 끝나지 않았습니다.");
  await expect(button(early, "신청하기")).toHaveCount(0);
  await early.close();
  await cancel.click();
  await expect(page).toHaveURL(path);
  await expect(alert(page)).toContainText("이미 배송 중입니다. 받으신 뒤 반품하실 수 있습니다.");
  await expect(badge(page, "배송중")).toBeVisible();
  await expect(main(page).getByRole("link", { name: "주문 취소" })).toHaveCount(0);
  await expect(page.getByTestId("refund")).toHaveCount(0);
  // The way there by its address says the same.
  await page.goto(`${path}/cancel`);
  await expect(main(page)).toContainText("이미 배송 중입니다. 받으신 뒤 반품하실 수 있습니다.");
  await expect(cancel).toHaveCount(0);
  await staff.context().close();
});

test("a return for a change of mind: asked for, thought better of, asked for again, refunded less its fee", async ({ page, browser }) => {
  const { path, paid, staff } = await delivered(page, browser, 2);
  await expect(badge(page, "배송완료")).toBeVisible();
  await main(page).getByRole("link", { name: "반품·교환 신청" }).click();
  await expect(main(page)).toContainText("단순 변심 반품은 반품비 3,000원을 빼고 돌려드립니다.");
  const form = page.url();

  // A reason that is missing, and copies that are: the rest comes back as it was chosen.
  await ask(page, "반품", "배송 중 파손", " ");
  await expect(page).toHaveURL(form);
  await expectRefused(field(page, "자세한 사유"), " ", "입력해 주세요.");
  await expect(main(page).getByLabel("이춘풍전")).toHaveValue("1");
  await expect(main(page).getByRole("radio", { name: "배송 중 파손" })).toBeChecked();
  await main(page).getByLabel("이춘풍전").selectOption("0");
  await field(page, "자세한 사유").fill("모서리가 찍혔습니다");
  await button(page, "신청하기").click();
  await expect(page).toHaveURL(form);
  await expect(alert(page)).toContainText("한 권 이상, 남아 있는 권수 이하로 골라 주세요.");
  await expect(field(page, "자세한 사유")).toHaveValue("모서리가 찍혔습니다");
  await ask(page, "반품", "배송 중 파손", "모서리가 찍혔습니다");
  await expect(page).toHaveURL(path);
  await expect(claims(page)).toHaveText(["접수"]);

  await button(page, "신청 철회").click();
  await expect(page).toHaveURL(path);
  await expect(claims(page)).toHaveText(["철회"]);
  await expect(button(page, "신청 철회")).toHaveCount(0);
  await page.goto(form);
  await ask(page, "반품", "단순 변심", "생각과 달랐습니다");
  await expect(claims(page)).toHaveText(["철회", "접수"]);

  // While it is under way, the purchase is not confirmed; what is on its way is not withdrawn.
  await button(page, "구매 확정").click();
  await expect(alert(page)).toContainText("진행 중인 반품·교환이 있습니다.");
  await staff.reload();
  await step(staff, "승인");
  await step(staff, "회수 시작");
  await button(page, "신청 철회").click();
  await expect(page).toHaveURL(path);
  await expect(alert(page)).toContainText("그사이 상태가 바뀌었습니다.");
  await expect(claims(page)).toHaveText(["철회", "회수 중"]);
  const before = await balance(page);
  expect(before).toBe(100_000 - paid);
  await step(staff, "검수 완료");
  // Half of the coupon stays with the copy that is kept.
  const price = (paid + WELCOME) / 2;
  const back = price - WELCOME / 2 - 3_000;
  await expect(main(staff)).toContainText(`처리하면 ${printWon(back)}을 돌려줍니다.`);
  await step(staff, "처리 완료");

  await page.goto(path);
  await expect(claims(page)).toHaveText(["철회", "처리 완료"]);
  await expect(main(page).locator(".item")).toContainText("1권 반품");
  const refund = page.getByTestId("refund");
  await expect(refund.locator("dt")).toHaveText(["상품 금액", "쿠폰 할인", "반품비", "환불"]);
  await expect(refund.locator("dd")).toHaveText([
    printWon(price), `−${printWon(WELCOME / 2)}`, "−3,000원", printWon(back),
  ]);
  const lines = await main(page).locator(".timeline li").evaluateAll((items) =>
    items.map((item) => `${item.querySelector("strong")?.textContent} · ${item.querySelector(".who")?.textContent}`),
  );
  const [shopper, operator] = ["구매자 (이마당)", "운영자 (박마당)"];
  expect(lines).toEqual([
    `주문: 결제완료 · ${shopper}`,
    `결제: 결제완료 · ${shopper}`,
    `배송: 준비 전 → 상품준비중 · ${operator}`,
    `배송: 상품준비중 → 배송중 · ${operator}`,
    `배송: 배송중 → 배송완료 · ${operator}`,
    `반품·교환: 접수 · ${shopper}`,
    `반품·교환: 접수 → 철회 · ${shopper}`,
    `반품·교환: 접수 · ${shopper}`,
    `반품·교환: 접수 → 승인 · ${operator}`,
    `반품·교환: 승인 → 회수 중 · ${operator}`,
    `반품·교환: 회수 중 → 검수 완료 · ${operator}`,
    `반품·교환: 검수 완료 → 처리 완료 · ${operator}`,
    `결제: 결제완료 → 부분 환불 · ${operator}`,
  ]);
  await expect(main(page).locator(".timeline .reason").filter({ hasText: "생각과 달랐습니다" })).toHaveCount(1);
  expect(await balance(page)).toBe(before + back);
  // One copy is kept, and so is the coupon.
  await page.goto("/my/coupons");
  await expect(main(page).getByRole("listitem").filter({ hasText: "첫 만남 1,000원" })).toContainText("사용 완료");
  await staff.context().close();
});

test("an exchange takes goods back and sends others, and costs and refunds nothing", async ({ page, browser }) => {
  const { path, paid, staff } = await delivered(page, browser, 1);
  await main(page).getByRole("link", { name: "반품·교환 신청" }).click();
  const form = page.url();
  const other = await page.context().newPage();
  await other.goto(form);
  await ask(page, "교환", "불량·오배송", "책장이 거꾸로 묶였습니다");
  await expect(claims(page)).toHaveText(["접수"]);
  // The only copy is asked for already.
  await ask(other, "반품", "단순 변심", "다른 창");
  await expect(other).toHaveURL(form);
  await expect(alert(other)).toContainText("한 권 이상, 남아 있는 권수 이하로 골라 주세요.");
  await other.close();
  await staff.reload();
  for (const name of ["승인", "회수 시작", "검수 완료"]) await step(staff, name);
  await expect(main(staff)).not.toContainText("을 돌려줍니다.");
  await step(staff, "처리 완료");
  await page.goto(path);
  await expect(main(page).locator(".claims")).toContainText("교환");
  await expect(claims(page)).toHaveText(["처리 완료"]);
  await expect(page.getByTestId("refund")).toHaveCount(0);
  await expect(main(page).locator(".payment-status")).toHaveText("결제완료");
  expect(await balance(page)).toBe(100_000 - paid);
  await staff.context().close();
});

test("confirming the purchase earns points that run out one day, once, and ends returning", async ({ page, browser }) => {
  const { path, paid, staff } = await delivered(page, browser, 2);
  const claim = await main(page).getByRole("link", { name: "반품·교환 신청" }).getAttribute("href");
  const stale = await page.context().newPage();
  await stale.goto(claim ?? "");

  // Nobody else can ask for it back, or confirm it.
  const stranger = await elsewhere(browser, page);
  await signUp(stranger);
  expect((await stranger.goto(claim ?? ""))?.status()).toBe(404);
  await stranger.context().close();

  await expect(main(page)).toContainText("확정하면 포인트가 적립되고 반품·교환을 할 수 없습니다.");
  await button(page, "구매 확정").dblclick();
  await expect(page).toHaveURL(path);
  await expect(badge(page, "구매확정")).toBeVisible();
  await expect(button(page, "구매 확정")).toHaveCount(0);
  await expect(main(page).getByRole("link", { name: "반품·교환 신청" })).toHaveCount(0);
  // Their delivery was free, so that all that was paid earns five percent.
  const earned = Math.floor((paid * 5) / 100);
  await expect(main(page).getByText("적립 포인트").locator("+ dd")).toHaveText(printWon(earned));
  await expect(main(page).locator(".timeline")).toContainText("주문: 결제완료 → 구매확정");
  await ask(stale, "반품", "단순 변심", "늦었습니다");
  await expect(alert(stale)).toContainText("구매를 확정하셔서 더는 바꿀 수 없습니다.");
  await expect(field(stale, "자세한 사유")).toHaveValue("늦었습니다");
  await stale.close();

  expect(await balance(page)).toBe(100_000 - paid + earned);
  const row = main(page).getByRole("row").filter({ hasText: "적립" });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText(`+${printWon(earned)}`);
  // A year from today, in Korea.
  const until = new Date(Date.now() + (365 * 24 + 9) * 3_600_000).toISOString().slice(0, 10);
  await expect(row.locator("small")).toHaveText(`${until}까지`);
  await staff.context().close();
});
