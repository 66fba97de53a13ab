import { expect, test, type Page } from "@playwright/test";

import { addToCart, charge, fillAddress, fits, order, signUp, sumUp } from "./shop";

/** Nobody else orders these: copies sold of them are counted. */
const BOOKS: Record<string, string> = { "scripts on": "장화홍련전", "scripts off": "최척전" };
const EARNING: Record<string, string> = { "scripts on": "금오신화", "scripts off": "열하일기" };

const places = (page: Page) => page.getByRole("main").locator("ol.ranking > li");

/** Copies sold of a book, by the place that it has on the page that is open; 0 where it has none. */
async function sold(page: Page, title: string, days: number) {
  const place = places(page).filter({ has: page.getByText(title, { exact: true }) });
  if ((await place.count()) === 0) return 0;
  const text = await place.getByText(new RegExp(`^최근 ${days}일 [\\d,]+권$`)).innerText();
  return Number(text.replace(/^.*일 /, "").replace(/\D/g, ""));
}

test("what is bought rises among the best sellers within moments, and what is canceled leaves them", async ({ page }) => {
  const title = BOOKS[test.info().project.name];
  await signUp(page);
  await charge(page, 100_000);
  const url = "/best-sellers?days=1&category=korean-classic";
  await page.goto(url);
  const before = await sold(page, title, 1);

  await addToCart(page, title, 3);
  await page.goto("/checkout");
  await fillAddress(page);
  await sumUp(page);
  const path = await order(page);
  await expect(async () => {
    await page.goto(url);
    expect(await sold(page, title, 1)).toBe(before + 3);
  }).toPass();
  await fits(page);
  const place = places(page).filter({ has: page.getByText(title, { exact: true }) });
  await expect(place).toContainText(/\d+위/);
  await expect(place).toContainText(/새로 오름|변동 없음|계단/);

  await page.goto("/");
  const home = page.getByRole("main").locator("section").filter({ has: page.getByRole("heading", { name: "지금 많이 팔리는 책" }) });
  expect(await home.locator("li").count()).toBeLessThanOrEqual(5);
  await expect(home.locator("li").first()).toContainText(/최근 3일 [\d,]+권/);
  await fits(page);

  await page.goto(`${path}/cancel`);
  await page.getByRole("button", { name: /환불받고 취소하기/ }).click();
  await expect(page).toHaveURL(new RegExp(`^[^?]*${path}`));
  await expect(async () => {
    await page.goto(url);
    expect(await sold(page, title, 1)).toBe(before);
  }).toPass();
});

test("windows and categories are links, and both are in the URL", async ({ page }) => {
  await page.goto("/best-sellers");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("베스트셀러");
  const windows = page.getByRole("navigation", { name: "기간" });
  await expect(windows.getByRole("link", { name: "최근 3일" })).toHaveAttribute("aria-current", "page");
  await windows.getByRole("link", { name: "최근 30일" }).click();
  await expect(page).toHaveURL("/best-sellers?days=30");
  const categories = page.getByRole("list", { name: "분야별 베스트셀러" });
  await categories.getByRole("link", { name: "시", exact: true }).click();
  await expect(page).toHaveURL("/best-sellers?days=30&category=poetry");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("베스트셀러 · 시");
  await expect(windows.getByRole("link", { name: "최근 30일" })).toHaveAttribute("aria-current", "page");
  await windows.getByRole("link", { name: "최근 7일" }).click();
  await expect(page).toHaveURL("/best-sellers?days=7&category=poetry");
  await categories.getByRole("link", { name: "전체" }).click();
  await expect(page).toHaveURL("/best-sellers?days=7");
});

test("a window that nobody knows is the usual one, and an unknown category is a 404", async ({ page }) => {
  await page.goto("/best-sellers?days=99");
  await expect(page.getByRole("link", { name: "최근 3일", exact: true })).toHaveAttribute("aria-current", "page");
  const response = await page.goto("/best-sellers?category=nowhere");
  expect(response?.status()).toBe(404);
});

test("points that are still to be earned stand beside the balance", async ({ page }) => {
  await signUp(page);
  await charge(page, 100_000);
  await expect(page.getByTestId("to-earn")).toHaveCount(0);
  await addToCart(page, EARNING[test.info().project.name]);
  await page.goto("/checkout");
  await fillAddress(page);
  await sumUp(page);
  const path = await order(page);
  await expect(async () => {
    await page.goto("/my/points");
    await expect(page.getByTestId("to-earn")).toHaveText(/^[\d,]+원$/, { timeout: 500 });
  }).toPass();
  await page.goto(`${path}/cancel`);
  await page.getByRole("button", { name: /환불받고 취소하기/ }).click();
  await expect(async () => {
    await page.goto("/my/points");
    await expect(page.getByTestId("to-earn")).toHaveCount(0, { timeout: 500 });
  }).toPass();
});
