import { expect, test } from "@playwright/test";

import { addToCart, cartCount, change, line, openBook, printWon, quantity, total, won } from "./shop";

test("a plain form adds to the cart, says so, and the header shows the count", async ({ page }) => {
  const path = await openBook(page, "심청전");
  await quantity(page).fill("2");
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await expect(page).toHaveURL(`${path}?added=1`);
  await expect(page.getByRole("status").filter({ hasText: "장바구니에 담았습니다." })).toBeVisible();
  await expect(cartCount(page)).toHaveText("2");
  await page.getByRole("status").getByRole("link", { name: "장바구니 보기" }).click();
  await expect(page).toHaveURL("/cart");
  await expect(line(page, "심청전").getByLabel(/^수량/)).toHaveValue("2");
});

test("a plain form changes a line of the cart, and the totals are new", async ({ page }) => {
  await addToCart(page, "심청전");
  await page.goto("/cart");
  const own = line(page, "심청전");
  const price = won(await own.getByText(/^[\d,]+원$/).first().innerText());
  await change(own, "3");
  await expect(page).toHaveURL("/cart");
  await expect(total(page)).toHaveText(printWon(price * 3));
  await expect(cartCount(page)).toHaveText("3");
});

test("a plain form removes a line of the cart, and the last one leaves it empty", async ({ page }) => {
  await addToCart(page, "심청전");
  await addToCart(page, "양반전");
  await page.goto("/cart");
  await line(page, "양반전").getByRole("button", { name: "삭제" }).click();
  await expect(page).toHaveURL("/cart");
  await expect(line(page, "양반전")).toHaveCount(0);
  await expect(cartCount(page)).toHaveText("1");
  await line(page, "심청전").getByRole("button", { name: "삭제" }).click();
  await expect(page.getByText("장바구니가 비어 있습니다.")).toBeVisible();
  await expect(cartCount(page)).toHaveText("0");
});

test("no control that needs scripts is offered where there are none", async ({ page }) => {
  await openBook(page, "심청전");
  await expect(page.getByRole("button", { name: "한 권 더" })).toBeHidden();
  await expect(page.getByRole("button", { name: "한 권 빼기" })).toBeHidden();
});
