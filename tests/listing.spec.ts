import { expect, test, type Page } from "@playwright/test";

import { won } from "./shop";

const CLASSICS = "/categories/korean-classic";

const titles = (page: Page) => page.locator("a.card .title").allInnerTexts();
const prices = async (page: Page) => (await page.locator("a.card .price strong").allInnerTexts()).map(won);
const isAscending = (values: number[]) => values.every((value, index) => index === 0 || values[index - 1] <= value);
const sortBy = (page: Page, name: string) => page.getByRole("list", { name: "정렬" }).getByRole("link", { name });

/** Reads both pages of the category, going on by the link. */
async function both<T>(page: Page, read: (page: Page) => Promise<T[]>) {
  await expect(page.locator("a.card")).toHaveCount(24);
  const first = await read(page);
  await page.getByRole("link", { name: "다음", exact: true }).click();
  await expect(page).toHaveURL(/page=2/);
  await expect(page.locator("a.card")).toHaveCount(6);
  return [...first, ...(await read(page))];
}

test("a listing sorts by links, and the order is in the URL on every page", async ({ page }) => {
  await page.goto(CLASSICS);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("한국 고전");
  await expect(page.getByText("모두 30종")).toBeVisible();
  await expect(sortBy(page, "최신순")).toHaveAttribute("aria-current", "true");

  await sortBy(page, "낮은 가격순").click();
  await expect(page).toHaveURL(`${CLASSICS}?sort=price_low`);
  await expect(sortBy(page, "낮은 가격순")).toHaveAttribute("aria-current", "true");
  const low = await both(page, prices);
  expect(isAscending(low)).toBe(true);
  await expect(page).toHaveURL(`${CLASSICS}?sort=price_low&page=2`);

  await sortBy(page, "높은 가격순").click();
  await expect(page).toHaveURL(`${CLASSICS}?sort=price_high`);
  const high = await both(page, prices);
  expect(high).toEqual([...low].reverse());

  await sortBy(page, "제목순").click();
  await expect(page).toHaveURL(`${CLASSICS}?sort=title`);
  const named = await both(page, titles);
  // Hangul syllables stand in the order of the alphabet.
  expect(named).toEqual([...named].sort());
  expect(new Set(named).size).toBe(30);

  await sortBy(page, "최신순").click();
  await expect(page).toHaveURL(CLASSICS);
  const recent = await both(page, titles);
  expect([...recent].sort()).toEqual(named);
});

test("the pages of a listing are links, and the current one is marked", async ({ page }) => {
  await page.goto(`${CLASSICS}?page=2`);
  const pages = page.getByRole("navigation", { name: "쪽" });
  await expect(pages.getByRole("link", { name: "2", exact: true })).toHaveAttribute("aria-current", "page");
  await expect(pages.getByRole("link", { name: "다음" })).toHaveCount(0);
  await pages.getByRole("link", { name: "1", exact: true }).click();
  await expect(page).toHaveURL(CLASSICS);
  await expect(pages.getByRole("link", { name: "1", exact: true })).toHaveAttribute("aria-current", "page");
  await expect(pages.getByRole("link", { name: "이전" })).toHaveCount(0);
});

test("a listing with few books has no pages, and a search keeps its words when sorted", async ({ page }) => {
  await page.goto(`/search?q=${encodeURIComponent("박지원")}`);
  await expect(page.getByRole("navigation", { name: "쪽" })).toHaveCount(0);
  await sortBy(page, "낮은 가격순").click();
  await expect(page).toHaveURL(`/search?q=${encodeURIComponent("박지원")}&sort=price_low`);
  await expect(page.getByRole("searchbox")).toHaveValue("박지원");
  const found = await prices(page);
  expect(found.length).toBeGreaterThan(2);
  expect(isAscending(found)).toBe(true);
});

test("a search that finds nothing says so, and one without words asks for them", async ({ page }) => {
  await page.goto(`/search?q=${encodeURIComponent("없는책없는책")}`);
  await expect(page.getByText("찾는 책이 없습니다.")).toBeVisible();
  await page.goto("/search?q=%20");
  await expect(page.getByText("찾으려는 책의 제목이나 저자, ISBN을 입력해 주세요.")).toBeVisible();
});

for (const [what, path] of [
  ["an unknown page", "/nowhere"],
  ["an unknown page below a known one", "/my/nowhere"],
  ["an unknown product", "/products/999999999"],
  ["a product that is no number", "/products/abc"],
  ["a product beyond all numbers", "/products/99999999999999999999999"],
  ["an unknown category", "/categories/nowhere"],
  ["a page beyond the last", `${CLASSICS}?page=3`],
  ["a page far beyond the last", `${CLASSICS}?sort=title&page=99999999999`],
]) {
  test(`${what} is a 404 with a page`, async ({ page }) => {
    const response = await page.goto(path);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("페이지를 찾을 수 없습니다");
    await expect(page).toHaveTitle(/마당/);
    await page.getByRole("link", { name: "홈으로" }).click();
    await expect(page).toHaveURL("/");
  });
}
