import { expect, test, type Page } from "@playwright/test";

import {
  addToCart, cartCount, change, fillAddress, hydrated, line, openBook, order, printWon, quantity, signUp, sumUp, total,
  won,
} from "./shop";

/** A promise to be kept from outside. */
function later() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** Counts the documents that the page loads from now on. */
function loads(page: Page) {
  const seen: string[] = [];
  page.on("request", (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) seen.push(request.url());
  });
  return seen;
}

test("adding to the cart stays on the page, and the header's count follows", async ({ page }) => {
  const path = await openBook(page, "심청전");
  await hydrated(page.getByRole("main"));
  const navigated = loads(page);
  await quantity(page).fill("2");
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await expect(cartCount(page)).toHaveText("2");
  await expect(page.getByRole("status").filter({ hasText: "장바구니에 담았습니다." })).toBeVisible();
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await expect(cartCount(page)).toHaveText("4");
  await expect(page).toHaveURL(path);
  expect(navigated).toEqual([]);
  await page.reload();
  await expect(cartCount(page)).toHaveText("4");
});

test("the stepper of a product stays between one and what there is", async ({ page }) => {
  // Two of it are left.
  await openBook(page, "숙향전");
  await hydrated(page.getByRole("main"));
  await expect(quantity(page)).toHaveValue("2");
  await page.getByRole("button", { name: "한 권 더" }).click();
  await expect(quantity(page)).toHaveValue("2");
  await page.getByRole("button", { name: "한 권 빼기" }).click();
  await page.getByRole("button", { name: "한 권 빼기" }).click();
  await expect(quantity(page)).toHaveValue("1");
});

test("the stepper of a cart's line changes copies and totals without a reload", async ({ page }) => {
  await addToCart(page, "심청전");
  await page.goto("/cart");
  const own = line(page, "심청전");
  const price = won(await own.getByText(/^[\d,]+원$/).first().innerText());
  await hydrated(own);
  await expect(cartCount(page)).toHaveText("2");
  const navigated = loads(page);
  await own.getByRole("button", { name: "한 권 더" }).click();
  await expect(cartCount(page)).toHaveText("3");
  await expect(own.getByLabel(/^수량/)).toHaveValue("3");
  await expect(page.getByTestId("goods")).toHaveText(printWon(price * 3));
  await expect(total(page)).toHaveText(printWon(price * 3));
  await own.getByRole("button", { name: "한 권 빼기" }).click();
  await expect(total(page)).toHaveText(printWon(price * 2));
  await change(own, "5");
  await expect(total(page)).toHaveText(printWon(price * 5));
  await expect(cartCount(page)).toHaveText("5");
  expect(navigated).toEqual([]);
  await page.reload();
  await expect(total(page)).toHaveText(printWon(price * 5));
});

test("steps faster than the server answers end at the last one", async ({ page }) => {
  await addToCart(page, "심청전");
  await page.goto("/cart");
  const own = line(page, "심청전");
  const price = won(await own.getByText(/^[\d,]+원$/).first().innerText());
  await hydrated(own);
  await expect(cartCount(page)).toHaveText("2");
  // The first answer comes after all that do not wait for it.
  const first = later();
  let asked = 0;
  let answered = 0;
  await page.route("**/fn/cart/change", async (route) => {
    const own = ++asked;
    const response = await route.fetch();
    if (own === 1) await first.promise;
    await route.fulfill({ response });
    answered++;
  });
  for (let step = 0; step < 4; step++) await own.getByRole("button", { name: "한 권 더" }).click();
  await expect(own.getByLabel(/^수량/)).toHaveValue("6");
  await expect.poll(() => asked - answered).toBe(1);
  first.resolve();
  await expect.poll(() => asked - answered).toBe(0);
  await expect(total(page)).toHaveText(printWon(price * 6));
  await expect(cartCount(page)).toHaveText("6");
  await page.unroute("**/fn/cart/change");
  await page.reload();
  await expect(total(page)).toHaveText(printWon(price * 6));
});

test("copies typed into a cart's line count once the field is left", async ({ page }) => {
  await addToCart(page, "심청전");
  await page.goto("/cart");
  const own = line(page, "심청전");
  const price = won(await own.getByText(/^[\d,]+원$/).first().innerText());
  await hydrated(own);
  await expect(cartCount(page)).toHaveText("2");
  await own.getByLabel(/^수량/).fill("4");
  await own.getByLabel(/^수량/).press("Tab");
  await expect(total(page)).toHaveText(printWon(price * 4));
  await expect(cartCount(page)).toHaveText("4");
});

test("removing a line takes it from the totals and the header without a reload", async ({ page }) => {
  await addToCart(page, "심청전", 2);
  await addToCart(page, "양반전", 1);
  await page.goto("/cart");
  await hydrated(line(page, "양반전"));
  await expect(cartCount(page)).toHaveText("4");
  const navigated = loads(page);
  await line(page, "양반전").getByRole("button", { name: "삭제" }).click();
  await expect(line(page, "양반전")).toHaveCount(0);
  await expect(cartCount(page)).toHaveText("2");
  const rest = won(await line(page, "심청전").getByText(/^[\d,]+원$/).first().innerText()) * 2;
  await expect(total(page)).toHaveText(printWon(rest));
  await line(page, "심청전").getByRole("button", { name: "삭제" }).click();
  await expect(page.getByText("장바구니가 비어 있습니다.")).toBeVisible();
  await expect(cartCount(page)).toHaveText("0");
  expect(navigated).toEqual([]);
  await page.reload();
  await expect(page.getByText("장바구니가 비어 있습니다.")).toBeVisible();
});

test("a refusal of the server is shown in place, and the totals stay true", async ({ page }) => {
  // Two of it are left.
  await addToCart(page, "숙향전");
  await page.goto("/cart");
  const own = line(page, "숙향전");
  await hydrated(own);
  await expect(cartCount(page)).toHaveText("2");
  const before = await total(page).innerText();
  const navigated = loads(page);
  await own.getByRole("button", { name: "한 권 더" }).click();
  await expect(own.getByRole("alert")).toHaveText("재고가 부족합니다.");
  await expect(total(page)).toHaveText(before);
  await expect(cartCount(page)).toHaveText("2");
  expect(navigated).toEqual([]);
  await own.getByRole("button", { name: "한 권 빼기" }).click();
  await expect(own.getByRole("alert")).toBeEmpty();
  await expect(own.getByLabel(/^수량/)).toHaveValue("2");
  await expect(cartCount(page)).toHaveText("2");
  await expect(total(page)).toHaveText(before);
});

test("what was typed before the scripts came is kept when they do", async ({ page }) => {
  const scripts = later();
  await page.route("**/*.wasm", async (route) => {
    await scripts.promise;
    await route.continue();
  });
  await page.goto(`/search?q=${encodeURIComponent("심청전")}`);
  const href = await page.locator("a.card").first().getAttribute("href");
  await page.goto(href ?? "", { waitUntil: "commit" });
  await quantity(page).fill("7");
  scripts.resolve();
  await expect(async () => {
    await page.getByRole("button", { name: "한 권 더" }).click();
    await expect(quantity(page)).not.toHaveValue("7", { timeout: 500 });
  }).toPass();
  await expect(quantity(page)).toHaveValue("8");
});

test("an answer that never comes is told in place, and the form can be sent again", async ({ page }) => {
  await openBook(page, "심청전");
  await hydrated(page.getByRole("main"));
  await page.route("**/fn/cart/add", (route) => route.abort());
  await quantity(page).fill("1");
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("지금은 처리할 수 없습니다.");
  await page.unroute("**/fn/cart/add");
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await expect(cartCount(page)).toHaveText("1");
  await expect(page.getByRole("main").getByRole("alert")).toBeEmpty();
});

test("no page reports an error to the console", async ({ page }) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(`${page.url()}: ${message.text()}`);
  });
  await page.goto("/");
  await addToCart(page, "심청전");
  await page.goto("/cart");
  await hydrated(line(page, "심청전"));
  await expect(cartCount(page)).toHaveText("2");
  for (const path of ["/login", "/signup", "/categories/poetry", "/search?q=a", "/coupons"]) await page.goto(path);
  await signUp(page, "/checkout");
  await fillAddress(page);
  await sumUp(page);
  const path = await order(page);
  const left = page.getByTestId("time-left");
  await expect(left).not.toHaveText(await left.innerText());
  for (const own of [path, `${path}/cancel`, "/my/points", "/my/coupons"]) await page.goto(own);
  expect(errors).toEqual([]);
});

test("a page that the browser fetched ahead never shows an old cart", async ({ page }) => {
  await addToCart(page, "심청전");
  await page.goto("/cart");
  const own = line(page, "심청전");
  await hydrated(own);
  // Resting on the link is what makes the browser fetch ahead.
  await page.getByRole("link", { name: "주문하기" }).hover();
  await own.getByRole("button", { name: "한 권 더" }).click();
  await expect(cartCount(page)).toHaveText("3");
  await page.getByRole("link", { name: "마당", exact: false }).first().click();
  await expect(cartCount(page)).toHaveText("3");
  await page.getByRole("link", { name: /^장바구니/ }).click();
  await expect(line(page, "심청전").getByLabel(/^수량/)).toHaveValue("3");
});
