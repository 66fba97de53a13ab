import { expect, test, type Browser, type Page } from "@playwright/test";

import { elsewhere } from "./desk";
import { fillSignIn, fits, openBook, payButton, readyToPay, scripted, signOut, signUp } from "./shop";

const main = (page: Page) => page.getByRole("main");
const bell = (page: Page) => page.getByRole("banner").getByRole("link", { name: /^알림/ });
const count = (page: Page) => page.getByTestId("unread-count");
/** A notification by what it tells. */
const told = (page: Page, title: string) =>
  main(page).locator(".inbox").getByRole("listitem").filter({ hasText: title });

/** Opens the inbox until it tells something: readers are quick, and yet behind. */
async function hears(page: Page, title: string, times = 1) {
  await expect(async () => {
    await page.goto("/my/notifications");
    await expect(told(page, title)).toHaveCount(times, { timeout: 100 });
  }).toPass();
}

async function buy(page: Page, title: string) {
  await readyToPay(page, title);
  await payButton(page).click();
  await expect(page).toHaveURL(/\/complete$/);
  return new URL(page.url()).pathname.replace("/complete", "");
}

/** Sets by hand, in a browser of the staff's own, how many copies of a book there are. */
async function stocked(browser: Browser, page: Page, path: string, copies: number) {
  const own = await elsewhere(browser, page);
  const stock = path.replace("/products/", "/seller/stock/");
  await own.goto(`/login?next=${stock}`);
  await fillSignIn(own, "staff@madang.example", "staff-madang");
  const form = own.locator("form").filter({ has: own.getByRole("heading", { name: "실사", exact: true }) });
  await form.getByLabel(/센 수량/).fill(String(copies));
  await form.getByLabel(/사유/).fill("시험");
  await form.getByRole("button").click();
  await expect(own.getByTestId("available")).toHaveText(String(copies));
  await own.context().close();
}

test("what happens to an order is told in the inbox, and following it marks it read", async ({ page }) => {
  await signUp(page);
  await expect(bell(page)).toBeVisible();
  await expect(count(page)).toBeHidden();
  await page.goto("/my/notifications");
  await expect(main(page)).toContainText("아직 받은 알림이 없습니다.");
  await signOut(page);

  const order = await buy(page, "구운몽");
  await hears(page, "결제가 완료되었습니다");
  const paid = told(page, "결제가 완료되었습니다");
  await expect(paid).toContainText(/구운몽 · 결제 금액 [\d,]+원/);
  await expect(paid).toContainText("새 알림");
  await expect(count(page)).toHaveText("1");
  await expect(bell(page)).toContainText(/알림\s+읽지 않은 알림\s+1/);
  await fits(page);
  // Looking at the inbox marks nothing.
  await page.reload();
  await expect(count(page)).toHaveText("1");
  await paid.getByRole("button").click();
  await expect(page).toHaveURL(order);
  await expect(count(page)).toBeHidden();
  await bell(page).click();
  await expect(page).toHaveURL("/my/notifications");
  await expect(paid.getByRole("link")).toHaveAttribute("href", order);
  await expect(paid).not.toContainText("새 알림");
  await expect(main(page).getByRole("button", { name: "모두 읽음" })).toHaveCount(0);
});

test("all are marked read at once, and a page of somebody else's tells nothing", async ({ page }) => {
  const order = await buy(page, "사씨남정기");
  await page.goto(`${order}/cancel`);
  await main(page).getByRole("button", { name: /환불받고 취소하기$/ }).click();
  await hears(page, "주문이 취소되었습니다");
  await expect(told(page, "주문이 취소되었습니다")).toContainText(/사씨남정기 · 환불 금액 [\d,]+원/);
  await expect(count(page)).toHaveText("2");
  const unread = await told(page, "결제가 완료되었습니다").locator("input[name=id]").getAttribute("value");
  await main(page).getByRole("button", { name: "모두 읽음" }).click();
  await expect(page).toHaveURL("/my/notifications");
  await expect(count(page)).toBeHidden();
  await expect(main(page).locator(".inbox .unread")).toHaveCount(0);
  await expect(main(page).locator(".inbox").getByRole("link")).toHaveCount(2);

  await signOut(page);
  await page.goto("/my/notifications");
  await expect(page).toHaveURL("/login?next=/my/notifications");
  await signUp(page);
  const headers = { accept: "text/html" };
  const form = { id: unread ?? "", next: order };
  const answer = await page.request.post("/fn/notification/read", { headers, form });
  expect(await answer.text()).toContain("찾을 수 없습니다.");
});

test("a book that is sold out is waited for, and its return is told", async ({ page, browser }) => {
  const title = scripted() ? "운영전" : "임경업전";
  const member = await signUp(page);
  const path = await openBook(page, title);
  await stocked(browser, page, path, 3);
  await page.reload();
  await expect(main(page).getByRole("button", { name: "재입고 알림 받기" })).toHaveCount(0);
  await stocked(browser, page, path, 0);
  await signOut(page);

  await page.goto(path);
  await main(page).getByRole("button", { name: "재입고 알림 받기" }).click();
  await expect(page).toHaveURL(`/login?next=${path}`);
  await fillSignIn(page, member.email, member.password);
  await expect(page).toHaveURL(path);
  // Pressed once it waits, pressed again it does not.
  await main(page).getByRole("button", { name: "재입고 알림 받기" }).click();
  await expect(main(page).getByRole("status").filter({ hasText: "다시 들어오면 알려 드립니다." })).toBeVisible();
  await main(page).getByRole("button", { name: "재입고 알림 취소" }).click();
  await expect(main(page).getByRole("status").filter({ hasText: "알려 드립니다." })).toHaveCount(0);
  const waiting = main(page).locator(".wishes").getByRole("listitem").filter({ hasText: title });
  for (const again of [true, false]) {
    await page.goto(path);
    await main(page).getByRole("button", { name: "재입고 알림 받기" }).click();
    await expect(main(page).getByRole("button", { name: "재입고 알림 취소" })).toBeVisible();
    await page.goto("/my/notifications");
    await expect(waiting).toBeVisible();
    if (again) await waiting.getByRole("button", { name: "재입고 알림 취소" }).click();
    if (again) await expect(waiting).toHaveCount(0);
  }

  await stocked(browser, page, path, 40);
  await hears(page, "기다리시던 책이 다시 들어왔습니다");
  await expect(waiting).toHaveCount(0);
  await told(page, "기다리시던 책이 다시 들어왔습니다").getByRole("button").click();
  await expect(page).toHaveURL(path);
  await expect(main(page).getByRole("button", { name: "장바구니에 담기" })).toBeVisible();
});
