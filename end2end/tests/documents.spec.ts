import { expect, test, type Page } from "@playwright/test";

import { fits } from "./shop";

/** An operation on the page of the API. */
const operation = (page: Page, path: string) =>
  page.locator(".opblock").filter({ has: page.locator(`[data-path="${path}"]`) });

test("the page of the API brings all that it needs, and lists the operations", async ({ page, baseURL }) => {
  const elsewhere: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== baseURL) elsewhere.push(request.url());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto("/");
  await page.getByRole("contentinfo").getByRole("link", { name: "개발자용 API" }).click();
  await expect(page).toHaveURL("/api/docs/");
  await expect(page.getByRole("heading", { level: 1, name: /^Madang/ })).toBeVisible();
  const document = await (await page.request.get("/api/openapi.json")).json();
  const all = [...Object.values<object>(document.paths), ...Object.values<object>(document.webhooks)];
  const described = all.flatMap(Object.keys).length;
  expect(described).toBeGreaterThan(4);
  await expect(page.locator(".opblock")).toHaveCount(described);
  await expect(operation(page, "/member/login")).toContainText("Sign in");
  await fits(page);
  expect(elsewhere).toEqual([]);
  expect(errors).toEqual([]);
});

test("an operation is tried on the page of the API", async ({ page }) => {
  await page.goto("/api/docs/");
  const login = operation(page, "/member/login");
  await login.locator(".opblock-summary-control").click();
  await login
    .locator("textarea")
    .fill(JSON.stringify({ email: "shopper@madang.example", password: "shopper-madang", name: "try it out" }));
  await login.getByRole("button", { name: "Execute" }).click();
  const live = login.locator(".live-responses-table .response");
  await expect(live.locator(".response-col_status")).toHaveText(/^\s*200/);
  await expect(live).toContainText(/"token":\s*"madang_/);
});

test("on a phone nothing sticks out of the page of the API, answers included", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/api/docs/");
  const login = operation(page, "/member/login");
  await login.locator(".opblock-summary-control").click();
  await expect(login.locator(".responses-table").first()).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  const out = await login.locator("td:visible").evaluateAll(
    (cells) => cells.filter((cell) => cell.getBoundingClientRect().right > document.documentElement.clientWidth).length,
  );
  expect(out).toBe(0);
});

test("without scripts the page of the API leads to the document, and back to the shop", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/api/docs/");
  // Not by role or text: what stands in a noscript is looked through by neither.
  const plain = page.locator("noscript .plain");
  await expect(plain).toBeVisible();
  await expect(plain.locator("a").first()).toHaveAttribute("href", "/api/openapi.json");
  await page.getByRole("link", { name: /Madang/ }).click();
  await expect(page).toHaveURL("/");
  await context.close();
});
