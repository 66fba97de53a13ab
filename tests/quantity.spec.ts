import { expect, test } from "@playwright/test";

import { addToCart, cartCount, change, expectRefused, hydrated, line, openBook, quantity, scripted } from "./shop";

const RANGE = "1부터 99까지 입력할 수 있습니다.";
/** Without scripts the server also tells what is no number at all. */
const NUMBER = new RegExp(`^(숫자로 입력해 주세요\\.|${RANGE.replace(".", "\\.")})$`);

const WRONG: [string, string | RegExp][] = [
  ["0", RANGE],
  ["-1", RANGE],
  ["1000000000000", RANGE],
  ["abc", NUMBER],
  ["📚", NUMBER],
];

test("a quantity that cannot be is refused beside its field on the product's page", async ({ page }) => {
  const path = await openBook(page, "양반전");
  if (scripted()) await hydrated(page.getByRole("main"));
  for (const [typed, sentence] of WRONG) {
    await test.step(typed, async () => {
      await quantity(page).fill(typed);
      await page.getByRole("button", { name: "장바구니에 담기" }).click();
      await expectRefused(quantity(page), typed, sentence);
      await expect(page).toHaveURL(path);
      await expect(cartCount(page)).toHaveText("0");
    });
  }
  await quantity(page).fill("3");
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await expect(cartCount(page)).toHaveText("3");
  await expect(quantity(page)).not.toHaveAttribute("aria-invalid", "true");
});

test("a quantity that cannot be is refused beside its line in the cart", async ({ page }) => {
  await addToCart(page, "심청전");
  await addToCart(page, "양반전");
  await page.goto("/cart");
  const other = line(page, "심청전").getByLabel(/^수량/);
  const own = line(page, "양반전");
  let copies = 2;
  if (scripted()) {
    await hydrated(own);
    copies = 3;
    await expect(cartCount(page)).toHaveText("3");
  }
  for (const [typed, sentence] of WRONG) {
    await test.step(typed, async () => {
      await change(own, typed);
      await expectRefused(own.getByLabel(/^수량/), typed, sentence);
      await expect(other).not.toHaveAttribute("aria-invalid", "true");
      await expect(page).toHaveURL("/cart");
      await expect(cartCount(page)).toHaveText(String(copies));
    });
  }
  await change(own, "4");
  await expect(cartCount(page)).toHaveText("5");
  await expect(own.getByLabel(/^수량/)).not.toHaveAttribute("aria-invalid", "true");
});

test("more copies than there are cannot be put into the cart, and the field says so", async ({ page }) => {
  // Two of it are left.
  await openBook(page, "숙향전");
  if (scripted()) await hydrated(page.getByRole("main"));
  await quantity(page).fill("3");
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await expectRefused(quantity(page), "3", "재고가 부족합니다.");
  await expect(cartCount(page)).toHaveText("0");
});

test("a cart's line is not raised above what there is, and the field says so", async ({ page }) => {
  await addToCart(page, "숙향전");
  await page.goto("/cart");
  const own = line(page, "숙향전");
  if (scripted()) {
    await hydrated(own);
    await expect(cartCount(page)).toHaveText("2");
  }
  const before = await cartCount(page).innerText();
  await change(own, "3");
  await expect(own.getByLabel(/^수량/)).toHaveAttribute("aria-invalid", "true");
  await expect(own.getByLabel(/^수량/)).toHaveAccessibleDescription("재고가 부족합니다.");
  await expect(cartCount(page)).toHaveText(before);
});

test("a book that is sold out cannot be put into the cart", async ({ page }) => {
  await openBook(page, "콩쥐팥쥐전");
  await expect(page.getByText("품절되었습니다.")).toBeVisible();
  await expect(page.getByRole("button", { name: "장바구니에 담기" })).toHaveCount(0);
});
