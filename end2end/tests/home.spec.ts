import { expect, test, type Page } from "@playwright/test";

import { elsewhere } from "./desk";
import { addToCart, fillAddress, fillSignIn, fits, order, readyToPay, sumUp, total, won } from "./shop";

const main = (page: Page) => page.getByRole("main");

async function signIn(page: Page, who: "staff" | "seller", next: string) {
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await fillSignIn(page, `${who}@madang.example`, `${who}-madang`);
  await expect(page).toHaveURL(next);
}

/** A number of the page that is open; "99+" is a hundred. */
async function figure(page: Page, id: string) {
  const text = (await page.getByTestId(id).innerText()).trim();
  return text.endsWith("+") ? Number.parseInt(text) + 1 : won(text);
}

/** What grows with an order, as the page of today says it. */
async function today(page: Page) {
  const ids = ["today-won", "today-orders", "today-copies", "carts-today", "placed-today", "paid-today"];
  const figures: Record<string, number> = {};
  for (const id of ids) figures[id] = await figure(page, id);
  return figures;
}

test("an order that is placed and paid shows in what waits and in the figures", async ({ page, browser }) => {
  // Whoever else buys meanwhile makes the figures larger still.
  await page.goto("/");
  const [staff, seller] = [await elsewhere(browser, page), await elsewhere(browser, page)];
  await signIn(staff, "staff", "/staff");
  await signIn(seller, "seller", "/seller/stock");
  const rows = main(seller).getByRole("row");
  const title = await rows.nth(12).getByRole("link").innerText();
  await seller.goto("/seller");
  const homes = [staff, seller];
  const before = [await today(staff), await today(seller)];
  const visits = await figure(staff, "visits-today");
  const joined = await figure(staff, "signups");

  await readyToPay(page, title);
  await addToCart(page, title, 2);
  await page.goto("/checkout");
  await fillAddress(page);
  await sumUp(page);
  // Delivery is no sale.
  const goods = won(await total(page).textContent()) - 3_000;
  expect(goods).toBeGreaterThan(0);
  await order(page);

  for (const [index, home] of homes.entries()) {
    await expect(async () => {
      await home.reload();
      const now = await today(home);
      const was = before[index];
      expect(now["today-won"]).toBeGreaterThanOrEqual(was["today-won"] + goods);
      expect(now["today-copies"]).toBeGreaterThanOrEqual(was["today-copies"] + 3);
      for (const id of ["today-orders", "placed-today", "paid-today", "carts-today"]) {
        expect(now[id], id).toBeGreaterThanOrEqual(was[id] + 1);
      }
    }).toPass({ timeout: 30_000 });
    expect(await figure(home, "todo-orders")).toBeGreaterThan(0);
    for (const share of await main(home).locator(".share").allInnerTexts()) {
      if (share.trim() !== "–") expect(Number.parseFloat(share), share).toBeLessThanOrEqual(100);
    }
    await fits(home);
  }
  expect(await figure(staff, "visits-today")).toBeGreaterThan(visits);
  // "최근 30일 동안 모두 N명이"
  expect(await figure(staff, "signups")).toBeGreaterThan(joined);
});

test("the home of the staff leads to what waits, and its charts stand in a table too", async ({ page }) => {
  await signIn(page, "staff", "/staff");
  const doors: Record<string, string> = {
    "todo-orders": "/staff/orders?tab=new",
    "todo-late": "/staff/orders?late=1",
    "todo-claims": "/staff/claims",
    "todo-low": "/seller/stock?level=low",
    "todo-unknown": "/staff/payments?status=unknown",
    "todo-letters": "/staff/readers",
  };
  for (const [id, href] of Object.entries(doors)) {
    await expect(main(page).getByRole("link").filter({ has: page.getByTestId(id) })).toHaveAttribute("href", href);
  }
  for (const name of ["날마다의 매출 (원)", "날마다의 주문 (건)", "날마다의 가입 (명)"]) {
    const chart = main(page).getByRole("img", { name });
    await expect(chart).toBeVisible();
    await expect(chart.locator("rect")).toHaveCount(30);
  }
  await main(page).getByText("표로 보기").click();
  const table = main(page).getByRole("region", { name: "최근 30일" }).getByRole("table");
  await expect(table.getByRole("row")).toHaveCount(31);
  await expect(table.getByRole("columnheader")).toHaveText(["날짜", "매출", "주문", "권수", "가입"]);
  // Today stands first, with what stands above.
  await expect(table.getByRole("row").nth(1).getByRole("cell").first()).toHaveText(await page.getByTestId("today-won").innerText());
});

test("a seller has a home of their own, and the staff's is not there for them", async ({ page }) => {
  await signIn(page, "seller", "/seller");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("판매 관리");
  await expect(page.getByRole("banner").getByRole("link", { name: "판매 관리" })).toHaveAttribute("href", "/seller");
  const todo = main(page).getByRole("link").filter({ has: page.getByTestId("todo-orders") });
  await expect(todo).toHaveAttribute("href", "/seller/orders?tab=new");
  await expect(page.getByTestId("todo-letters")).toHaveCount(0);
  await expect(page.getByTestId("visits-today")).toHaveCount(0);
  await expect(main(page).getByRole("img", { name: "날마다의 매출 (원)" })).toBeVisible();
  await fits(page);
  expect((await page.goto("/staff"))?.status()).toBe(404);
  await expect(page.getByTestId("todo-orders")).toHaveCount(0);
});

test("guests sign in first, shoppers find nothing, and the staff goes to its own home", async ({ page, browser }) => {
  await page.goto("/seller");
  await expect(page).toHaveURL("/login?next=/seller");
  await fillSignIn(page, "shopper@madang.example", "shopper-madang");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect((await page.goto("/seller"))?.status()).toBe(404);
  const staff = await elsewhere(browser, page);
  await signIn(staff, "staff", "/staff");
  await staff.goto("/seller");
  await expect(staff).toHaveURL("/staff");
});
