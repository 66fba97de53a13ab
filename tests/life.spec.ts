import { expect, test, type Page } from "@playwright/test";

import { elsewhere } from "./desk";
import {
  WELCOME, addToCart, balance, card, charge, due, fillAddress, fits, order, orders, payAtGateway, payButton, printWon,
  scripted, signUp, total, way, won,
} from "./shop";

/** Nobody else orders these: what is left of them is counted. */
const BOOKS: Record<string, string> = { "scripts on": "전우치전", "scripts off": "계축일기", phone: "어우야담" };
const FIRST = "첫 만남 1,000원";

const main = (page: Page) => page.getByRole("main");
const alert = (page: Page) => main(page).getByRole("alert").first();
const cancelButton = (page: Page) => main(page).getByRole("button", { name: /취소하기$|^주문 취소$/ });
const badge = (page: Page, word: string) => main(page).locator(".statuses").getByText(word, { exact: true });
/** The rows of a sum: what each stands for, and how much it is. */
const rows = (page: Page, nth = 0) =>
  page.getByTestId("refund").nth(nth).evaluate((list) => {
    const texts = (tag: string) => [...list.querySelectorAll(tag)].map((cell) => cell.textContent ?? "");
    const amounts = texts("dd");
    return texts("dt").map((name, at): [string, string] => [name, amounts[at]]);
  });

async function couponIs(page: Page, state: string) {
  await page.goto("/my/coupons");
  await expect(main(page).getByRole("listitem").filter({ hasText: FIRST }).locator(".state")).toHaveText(state);
}

async function stock(page: Page, title: string) {
  await page.goto(`/search?q=${encodeURIComponent(title)}`);
  await card(page, title).first().click();
  return won(await page.getByText(/^지금 살 수 있는 수량: \d+권$/).textContent());
}

/** The timeline: each step with who took it, oldest first. */
const timeline = (page: Page) =>
  main(page).locator(".timeline li").evaluateAll((items) =>
    items.map((item) => `${item.querySelector("strong")?.textContent} · ${item.querySelector(".who")?.textContent}`),
  );

/** Sends a form twice in a row, and then the very same once more; the page that follows stays open. */
async function twice(page: Page, path: string, click: () => Promise<void>, lands: string | RegExp) {
  const sending = page.waitForRequest((request) => request.url().endsWith(path));
  await click();
  const data = (await sending).postData() ?? "";
  await expect(page).toHaveURL(lands);
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };
  const landed = page.url();
  expect((await page.request.post(path, { headers, data })).url()).toBe(landed);
  await page.goto(landed);
}

/** A new member with `points`, who ordered one copy and has something left to pay; answers with the order's path. */
async function heldOrder(page: Page, title: string, points: number) {
  await signUp(page);
  await charge(page, points);
  await addToCart(page, title);
  await page.goto("/checkout");
  await fillAddress(page);
  const path = await order(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("주문을 잡아 두었습니다");
  return path;
}

test("an unpaid order is held, is not paid without points, and is paid once after charging", async ({ page }) => {
  const title = BOOKS[test.info().project.name];
  const before = await stock(page, title);
  const path = await heldOrder(page, title, 2_000);
  const left = page.getByTestId("time-left");
  await expect(left).toHaveText(/^(30:00|29:[0-5]\d)$/);
  if (scripted()) await expect(left).not.toHaveText(await left.innerText());
  const sum = won(await total(page).textContent());
  const owed = printWon(sum - 2_000);
  await expect(due(page)).toHaveText(owed);
  await fits(page);
  expect(await stock(page, title)).toBe(before - 1);
  expect(await balance(page)).toBe(0);
  await couponIs(page, "결제 대기 중");
  await page.goto("/orders");
  await expect(main(page).locator("a.order")).toContainText("결제대기");

  await page.goto(path);
  await expect(payButton(page)).toHaveText(`${owed} 결제하기`);
  await way(page, /^포인트/).check();
  await payButton(page).click();
  await expect(page).toHaveURL(path);
  await expect(alert(page)).toContainText("포인트가 부족합니다.");
  await expect(badge(page, "결제대기")).toBeVisible();
  await fits(page);
  await main(page).getByRole("link", { name: "포인트 충전" }).click();
  await expect(page).toHaveURL(`/my/points?next=${path}`);
  await main(page).getByLabel(/^금액/).fill("30,000");
  await main(page).getByRole("button", { name: "포인트 충전" }).click();
  await payAtGateway(page);
  await expect(page).toHaveURL(path);

  // Now that they suffice, points are proposed.
  await expect(way(page, /^포인트/)).toBeChecked();
  await twice(page, "/fn/payment/pay", () => payButton(page).dblclick(), `${path}/complete`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("주문이 완료되었습니다");
  await expect(due(page)).toHaveCount(0);
  await page.goto(path);
  await expect(badge(page, "결제완료")).toBeVisible();
  await expect(payButton(page)).toHaveCount(0);
  expect(await timeline(page)).toEqual([
    "주문: 결제대기 · 구매자 (이마당)",
    "결제: 결제 전 · 구매자 (이마당)",
    "주문: 결제대기 → 결제완료 · 구매자 (이마당)",
    "결제: 결제 전 → 결제완료 · 구매자 (이마당)",
  ]);
  expect(await balance(page)).toBe(32_000 - sum);
  await expect(main(page).getByRole("row").filter({ hasText: "사용" })).toHaveCount(2);
  await couponIs(page, "사용 완료");
  expect(await stock(page, title)).toBe(before - 1);
});

test("an unpaid order that is canceled gives back points and coupon, and cannot be paid any more", async ({ page }) => {
  const path = await heldOrder(page, "이춘풍전", 2_000);
  const stale = await page.context().newPage();
  // One that hears of nothing.
  await stale.route("**/live", (route) => route.abort());
  await stale.goto(path);
  await main(page).getByRole("link", { name: "주문 취소" }).click();
  await expect(page).toHaveURL(`${path}/cancel`);
  await expect(main(page)).toContainText("아직 결제하지 않은 주문입니다.");
  await fits(page);
  await twice(page, "/fn/order/cancel", () => cancelButton(page).dblclick(), path);
  await expect(badge(page, "취소완료")).toBeVisible();
  await expect(page.getByTestId("time-left")).toHaveCount(0);
  expect(await timeline(page)).toContain("주문: 결제대기 → 취소완료 · 구매자 (이마당)");
  expect((await timeline(page)).filter((line) => line.includes("취소완료"))).toHaveLength(1);
  await payButton(stale).click();
  await expect(alert(stale)).toContainText("이미 취소되었습니다.");
  await stale.close();
  expect(await balance(page)).toBe(2_000);
  await expect(main(page).getByRole("row").filter({ hasText: "복원" })).toHaveCount(1);
  await couponIs(page, "사용 가능");
  expect(await orders(page)).toBe(1);
});

test("the page after ordering does not promise a parcel once the order is canceled", async ({ page }) => {
  const path = await heldOrder(page, "이춘풍전", 2_000);
  await page.goto(`${path}/cancel`);
  await cancelButton(page).click();
  await expect(badge(page, "취소완료")).toBeVisible();
  await page.goto(`${path}/complete`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(main(page)).not.toContainText("주문이 완료되었습니다");
  await expect(main(page)).not.toContainText("판매자가 상품을 준비합니다.");
});

test("copies are canceled bit by bit, each refund is shown before, and all comes back to the won", async ({ page }) => {
  const title = "유충렬전";
  await signUp(page);
  await charge(page, 100_000);
  await addToCart(page, title, 3);
  await addToCart(page, "양반전");
  await page.goto("/checkout");
  await fillAddress(page);
  const path = await order(page);
  const sum = won(await total(page).textContent());
  await page.goto(path);
  const price = won(await main(page).locator(".item").filter({ hasText: title }).locator(".amount").textContent()) / 3;

  await main(page).getByRole("link", { name: "주문 취소" }).click();
  // All of it, first: what was paid.
  await expect(main(page).getByRole("button", { name: `${printWon(sum)} 환불받고 취소하기` })).toBeVisible();
  // None, then one.
  for (const [own, rest] of [["0", "0"], ["1", "0"]]) {
    await main(page).getByLabel(title).selectOption(own);
    await main(page).getByLabel("양반전").selectOption(rest);
    await main(page).getByRole("button", { name: "환불 금액 보기" }).click();
    await expect(main(page).getByLabel(title)).toHaveValue(own);
    if (own === "0") {
      await expect(alert(page)).toContainText("한 권 이상, 남아 있는 권수 이하로 골라 주세요.");
      await expect(cancelButton(page)).toHaveCount(0);
    }
  }
  const shown = await rows(page);
  expect(shown.map(([name]) => name)).toEqual(["상품 금액", "쿠폰 할인", "포인트로 돌려받는 금액"]);
  const [goods, off, first] = shown.map(([, amount]) => won(amount));
  expect(goods).toBe(price);
  expect(off).toBeGreaterThan(0);
  expect(off).toBeLessThan(WELCOME);
  expect(first).toBe(goods - off);
  await fits(page);
  await expect(cancelButton(page)).toHaveText(`${printWon(first)} 환불받고 취소하기`);
  await twice(page, "/fn/order/cancel", () => cancelButton(page).dblclick(), path);
  await expect(main(page).locator(".item").filter({ hasText: title })).toContainText("1권 취소");
  await expect(main(page).locator(".payment-status")).toHaveText("부분 환불");
  await expect(page.getByTestId("refund")).toHaveCount(1);
  expect((await rows(page)).map(([, amount]) => won(amount))).toEqual([goods, off, first]);
  await fits(page);
  expect(await balance(page)).toBe(100_000 - sum + first);
  await couponIs(page, "사용 완료");

  // The rest gives back the delivery too; whoever still sees more than that is told, and keeps it.
  await page.goto(`${path}/cancel`);
  const stale = await page.context().newPage();
  await stale.goto(`${path}/cancel`);
  await expect(page.getByTestId("refund")).toContainText("배송비");
  await expect(cancelButton(page)).toHaveText(`${printWon(sum - first)} 환불받고 취소하기`);
  await twice(page, "/fn/order/cancel", () => cancelButton(page).dblclick(), path);
  await cancelButton(stale).click();
  await expect(alert(stale)).toContainText("이미 취소되었습니다.");
  await stale.close();
  await expect(badge(page, "취소완료")).toBeVisible();
  await expect(main(page).locator(".payment-status")).toHaveText("환불완료");
  await expect(page.getByTestId("refund")).toHaveCount(2);
  expect(won((await rows(page, 1)).at(-1)?.[1] ?? "")).toBe(sum - first);
  const steps = await timeline(page);
  expect(steps.slice(-3)).toEqual([
    "결제: 결제완료 → 부분 환불 · 구매자 (이마당)",
    "주문: 결제완료 → 취소완료 · 구매자 (이마당)",
    "결제: 부분 환불 → 환불완료 · 구매자 (이마당)",
  ]);
  expect(await balance(page)).toBe(100_000);
  await couponIs(page, "사용 가능");
});

test("nobody else can see, pay or cancel an order", async ({ page, browser }) => {
  const path = await heldOrder(page, "이춘풍전", 2_000);
  const stranger = await elsewhere(browser, page);
  await signUp(stranger);
  await charge(stranger, 100_000);
  for (const own of [path, `${path}/complete`, `${path}/cancel`, `${path}/claim?seller=2`]) {
    expect((await stranger.goto(own))?.status(), own).toBe(404);
    await expect(stranger.getByRole("heading", { level: 1 })).toHaveText("페이지를 찾을 수 없습니다");
  }
  const form = { order: path.replace("/orders/", ""), key: crypto.randomUUID() };
  for (const act of ["/fn/payment/pay", "/fn/order/cancel", "/fn/order/confirm"]) {
    const headers = { accept: "application/json" };
    expect((await stranger.request.post(act, { headers, form })).status(), act).toBe(404);
  }
  expect(await balance(stranger)).toBe(100_000);
  await stranger.context().close();
  await page.goto(path);
  await expect(badge(page, "결제대기")).toBeVisible();
});
