import { expect, test, type Page } from "@playwright/test";

import { elsewhere } from "./desk";
import {
  CARD, addToCart, balance, cartCount, charge, choosePayLater, coupon, due, fillAddress, fillSignIn, fits, line, order,
  orders, payAtGateway, payButton, printWon, registerCard, scripted, signOut, signUp, sumUp, total, way, won,
} from "./shop";

const BOOK = "이춘풍전";
const FIRST = "첫 만남 1,000원";
const DECLINED = "4330 1234 1234 0002";
const REFUSED = "4330 1234 1234 0003";
const QUIET = "4330 1234 1234 0004";
const PAID = /\/orders\/[0-9a-f-]{36}\/complete$/;
const ORDER = /\/orders\/[0-9a-f-]{36}$/;
const GATEWAY = /\/checkout\/sandbox_/;

const main = (page: Page) => page.getByRole("main");
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const badge = (page: Page, word: string) => main(page).locator(".statuses").getByText(word, { exact: true });
const notice = (page: Page) => main(page).locator("section.notice").first();
const byCard = (page: Page) => page.getByTestId("card-used");
const turnBack = (page: Page) => page.getByRole("button", { name: "취소" }).click();

/** A new member with points and cards, whose checkout of one book is open and filled in. */
async function atCheckout(page: Page, points: number, ...cards: string[]) {
  const member = await signUp(page, "/my/cards");
  for (const number of cards) {
    await page.goto("/my/cards");
    await registerCard(page, number);
  }
  if (points > 0) await charge(page, points);
  await addToCart(page, BOOK);
  await page.goto("/checkout");
  await fillAddress(page);
  return member;
}

test("an order is paid by points and a registered card, and what is canceled goes back to both", async ({ page }) => {
  await atCheckout(page, 5_000, CARD);
  const sum = won(await total(page).textContent());
  await expect(way(page, /^현대 \*{4}1234/)).toBeChecked();
  await expect(due(page)).toHaveText(printWon(sum - 5_000));
  await expect(payButton(page)).toHaveText(`${printWon(sum - 5_000)} 결제하기`);
  await fits(page);
  await payButton(page).dblclick();
  await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}/);
  await expect(async () => {
    // The second click may have met the first while its card was being charged.
    await page.goto(page.url().replace(/(\/complete)?$/, "/complete"));
    await expect(heading(page)).toHaveText("주문이 완료되었습니다", { timeout: 1_000 });
  }).toPass();
  await expect(byCard(page)).toHaveText(printWon(sum - 5_000));
  await expect(main(page)).toContainText("카드 결제 (현대 ****1234)");
  await fits(page);
  const path = new URL(page.url()).pathname.replace("/complete", "");
  expect(await orders(page)).toBe(1);
  expect(await balance(page)).toBe(0);

  await page.goto(`${path}/cancel`);
  const refund = page.getByTestId("refund");
  await expect(refund).toContainText(`카드로 돌려받는 금액${printWon(sum - 5_000)}`);
  await expect(refund).toContainText(`포인트로 돌려받는 금액${printWon(5_000)}`);
  await main(page).getByRole("button", { name: `${printWon(sum)} 환불받고 취소하기` }).click();
  await expect(page).toHaveURL(path);
  await expect(badge(page, "취소완료")).toBeVisible();
  await expect(main(page).locator(".payment-status")).toHaveText("환불완료");
  await expect(refund).toContainText(`카드로 돌려받는 금액${printWon(sum - 5_000)}`);
  await expect(refund).toContainText(`포인트로 돌려받는 금액${printWon(5_000)}`);
  await fits(page);
  expect(await balance(page)).toBe(5_000);
});

test("an order is paid by a new card at the gateway's page, once, and can be come back to", async ({ page }) => {
  await atCheckout(page, 0);
  const sum = await total(page).innerText();
  await expect(way(page, /^카드로 결제/)).toBeChecked();
  await expect(payButton(page)).toHaveText(`${sum} 결제하기`);
  await payButton(page).click();
  await expect(page).toHaveURL(GATEWAY);
  await expect(page.getByText(sum)).toBeVisible();
  const gateway = page.url();
  const coming = page.waitForRequest((request) => request.url().includes("/return?"));
  await payAtGateway(page, "5500 0000 0000 4444");
  await expect(page).toHaveURL(PAID);
  await expect(heading(page)).toHaveText("주문이 완료되었습니다");
  await expect(main(page)).toContainText("카드 결제 (삼성 ****4444)");
  await expect(byCard(page)).toHaveText(sum);
  await expect(cartCount(page)).toHaveText("0");
  const paid = page.url();
  // Coming back once more changes nothing, with another amount it is refused.
  const back = (await coming).url();
  await page.goto(back);
  await expect(page).toHaveURL(paid);
  expect((await page.goto(back.replace(/amount=\d+/, "amount=100")))?.status()).toBe(400);
  await page.goto(back.replace(/return\?.*/, "fail?code=PAY_PROCESS_CANCELED"));
  await expect(page).toHaveURL(paid);
  await page.goto(back.replace(/\/return\?.*/, ""));
  await expect(page).toHaveURL(paid);
  expect((await page.goto(gateway))?.status()).toBe(410);
  expect(await orders(page)).toBe(1);
});

test("a registered card that is refused gives all back, and the cart can be paid in another way", async ({ page }) => {
  await atCheckout(page, 3_000, DECLINED, CARD);
  const sum = won(await total(page).textContent());
  await expect(way(page, /^현대 \*{4}0002/)).toBeChecked();
  await payButton(page).click();
  await expect(page).toHaveURL("/checkout");
  await expect(main(page).getByRole("alert").first()).toContainText("카드사에서 결제를 거절했습니다. 빠져나간 돈은 없습니다.");
  await expect(coupon(page, FIRST)).toBeChecked();
  await expect(page.getByTestId("points-used")).toHaveText(printWon(3_000));
  await expect(due(page)).toHaveText(printWon(sum - 3_000));
  await fits(page);
  const other = await page.context().newPage();
  await other.goto("/orders");
  await main(other).locator("a.order").click();
  await expect(badge(other, "취소완료")).toBeVisible();
  await expect(notice(other)).toContainText("카드 결제가 되지 않아 주문을 취소했습니다.");
  await expect(notice(other)).toContainText("현대 ****0002: 한도를 넘었거나 잔액이 부족합니다.");
  await fits(other);
  await notice(other).getByRole("link", { name: "장바구니 보기" }).click();
  await expect(line(other, BOOK)).toBeVisible();
  expect(await balance(other)).toBe(3_000);
  await other.close();

  await way(page, /^현대 \*{4}1234/).check();
  await payButton(page).click();
  await expect(page).toHaveURL(PAID);
  await expect(byCard(page)).toHaveText(printWon(sum - 3_000));
  expect(await orders(page)).toBe(2);
  expect(await balance(page)).toBe(0);
});

test("a new card that is refused, at the page or later, cancels the order and fills the cart again", async ({ page }) => {
  await atCheckout(page, 0);
  for (const number of [REFUSED, DECLINED]) {
    await test.step(number, async () => {
      await page.goto("/checkout");
      if (await page.getByLabel(/^받는 분/).isVisible()) await fillAddress(page);
      await payButton(page).click();
      await payAtGateway(page, number);
      await expect(page).toHaveURL(ORDER);
      await expect(badge(page, "취소완료")).toBeVisible();
      await expect(notice(page)).toContainText("카드 결제가 되지 않아 주문을 취소했습니다. 빠져나간 돈은 없습니다.");
      await expect(main(page).locator(".payment-status")).toHaveText("결제 실패");
      await expect(payButton(page)).toHaveCount(0);
      await expect(cartCount(page)).toHaveText("1");
    });
  }
  await page.goto("/my/coupons");
  await expect(main(page).getByRole("listitem").filter({ hasText: FIRST }).locator(".state")).toHaveText("사용 가능");
});

test("turning back leaves the order held, and it is paid in another way", async ({ page }) => {
  await atCheckout(page, 1_000);
  const owed = won(await total(page).textContent()) - 1_000;
  await payButton(page).click();
  await expect(page).toHaveURL(GATEWAY);
  await turnBack(page);
  await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}\?back=/);
  const path = new URL(page.url()).pathname;
  await expect(badge(page, "결제대기")).toBeVisible();
  await expect(notice(page)).toContainText("결제를 그만두었습니다. 다른 방법으로도 결제하실 수 있습니다.");
  await expect(page.getByTestId("time-left")).toBeVisible();
  await fits(page);

  // Left in the middle, it can be gone on with, or given up for another way.
  await payButton(page).click();
  await expect(page).toHaveURL(GATEWAY);
  const gateway = page.url();
  await page.goto(path);
  await expect(notice(page)).toContainText("결제창에서 결제를 마쳐 주세요.");
  await fits(page);
  await notice(page).getByRole("link", { name: "결제 계속하기" }).click();
  await expect(page).toHaveURL(gateway);
  await charge(page, 100_000);
  await page.goto(path);
  await notice(page).getByText("다른 방법으로 결제하기").click();
  await expect(way(page, /^포인트/)).toBeChecked();
  await payButton(page).click();
  await expect(page).toHaveURL(PAID);
  await expect(byCard(page)).toHaveCount(0);
  // The page that was left open does not take money for an order that is paid.
  await page.goto(gateway);
  if (page.url() === gateway) await payAtGateway(page);
  await page.goto(path);
  await expect(badge(page, "결제완료")).toBeVisible();
  await expect(byCard(page)).toHaveCount(0);
  expect(await balance(page)).toBe(100_000 - owed);
});

test("an order that was to be paid later is paid by card from its page, in one of two windows", async ({ page }) => {
  await atCheckout(page, 0, CARD);
  await choosePayLater(page);
  await sumUp(page);
  const path = await order(page);
  await expect(heading(page)).toHaveText("주문을 잡아 두었습니다");
  const stale = await page.context().newPage();
  await stale.goto(path);
  await page.goto(path);
  await expect(way(page, /^현대/)).toBeChecked();
  await payButton(page).click();
  await expect(page).toHaveURL(`${path}/complete`);
  await expect(heading(page)).toHaveText("주문이 완료되었습니다");
  // The other window sees it, or pays what is paid.
  if (!scripted()) await payButton(stale).click();
  await expect(stale).toHaveURL(scripted() ? path : `${path}/complete`);
  await expect(payButton(stale)).toHaveCount(0);
  await expect(byCard(stale)).toHaveCount(1);
  await stale.close();
});

test("whoever signed out at the gateway's page signs in, and the payment goes on", async ({ page }) => {
  const member = await atCheckout(page, 0);
  await payButton(page).click();
  await expect(page).toHaveURL(GATEWAY);
  const other = await page.context().newPage();
  await other.goto("/");
  await signOut(other);
  await other.close();
  await payAtGateway(page);
  await expect(page).toHaveURL(/\/login\?next=\/pay\//);
  await fillSignIn(page, member.email, member.password);
  await expect(page).toHaveURL(PAID);
  await expect(heading(page)).toHaveText("주문이 완료되었습니다");
});

test("nobody else sees a payment, or comes back for it", async ({ page, browser }) => {
  await atCheckout(page, 0);
  const stranger = await elsewhere(browser, page);
  await signUp(stranger);
  const going = page.waitForRequest((request) => /\/pay\/[0-9a-f-]{36}$/.test(request.url()));
  await payButton(page).click();
  await expect(page).toHaveURL(GATEWAY);
  const path = new URL((await going).url()).pathname;
  for (const asked of ["", "/return?paymentKey=a&orderId=b&amount=1000", "/fail?code=PAY_PROCESS_CANCELED"]) {
    expect((await stranger.goto(path + asked))?.status(), asked).toBe(404);
  }
  await stranger.context().close();
  await payAtGateway(page);
  await expect(page).toHaveURL(PAID);
});

test("a payment that is not answered is being checked, is not paid again, and comes true by itself", async ({ page }) => {
  test.setTimeout(90_000);
  await atCheckout(page, 0, QUIET);
  await payButton(page).click();
  await expect(page).toHaveURL(PAID, { timeout: 15_000 });
  await expect(heading(page)).toHaveText("결제 결과를 확인하고 있습니다");
  await expect(notice(page)).toContainText("다시 결제하지 마세요.");
  const path = new URL(page.url()).pathname.replace("/complete", "");
  await page.goto(path);
  await expect(notice(page)).toContainText("결제 결과를 확인하고 있습니다. 다시 결제하지 마세요.");
  await expect(payButton(page)).toHaveCount(0);
  await expect(main(page).getByRole("link", { name: "주문 취소" })).toHaveCount(0);
  await fits(page);
  const headers = { accept: "application/json" };
  const id = path.replace("/orders/", "");
  for (const [act, form] of [
    ["payment/pay", { order: id, way: "new" }],
    ["payment/pay", { order: id, way: "points" }],
    ["order/cancel", { order: id, key: crypto.randomUUID() }],
  ] as const) {
    expect((await page.request.post(`/fn/${act}`, { headers, form })).status(), act).toBe(409);
  }
  await expect(async () => {
    await page.goto(path);
    await expect(badge(page, "결제완료")).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 45_000 });
  await expect(byCard(page)).toHaveCount(1);
  expect(await orders(page)).toBe(1);
});
