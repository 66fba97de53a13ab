import { expect, test } from "@playwright/test";

import { addToCart, cartCount } from "./shop";

test("the language changes there and back on the same page, and stays on the next", async ({ page }) => {
  await page.goto("/categories/poetry?sort=price_low&page=2");
  await expect(page.locator("html")).toHaveAttribute("lang", "ko");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("시");

  await page.getByRole("button", { name: "English" }).click();
  await expect(page).toHaveURL("/categories/poetry?sort=price_low&page=2");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Poetry");
  await page.goto("/cart");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");

  await page.goto("/categories/poetry");
  await page.getByRole("button", { name: "한국어" }).click();
  await expect(page).toHaveURL("/categories/poetry");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("시");
});

test("the language changes on a search in Korean words and keeps them", async ({ page }) => {
  const path = `/search?q=${encodeURIComponent("박지원")}`;
  await page.goto(path);
  await page.getByRole("button", { name: "English" }).click();
  await expect(page).toHaveURL(path);
  await expect(page.getByRole("searchbox")).toHaveValue("박지원");
});

test("no Korean sentence is left on an English page, and the cart stays what it was", async ({ page }) => {
  await addToCart(page, "심청전");
  await page.goto("/signup");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page).toHaveURL("/signup");
  await expect(cartCount(page)).toHaveText("1");
  const left = (await page.getByRole("main").innerText()).match(/[가-힣]+/g);
  expect(left).toBeNull();
});

test("a page that is not found speaks the chosen language", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  const response = await page.goto("/nowhere");
  expect(response?.status()).toBe(404);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.getByRole("main")).not.toContainText(/[가-힣]/);
});
