import { expect, type Browser, type Page } from "@playwright/test";

import { fillSignIn, scripted } from "./shop";

/** Somebody else at the same time: a browser of their own. */
export async function elsewhere(browser: Browser, page: Page) {
  const context = await browser.newContext({
    javaScriptEnabled: scripted(),
    baseURL: new URL(page.url()).origin,
    locale: "ko-KR",
  });
  return context.newPage();
}

/** The page of an order as the staff has it open, in a browser of its own. */
export async function desk(browser: Browser, page: Page, order: string) {
  const own = await elsewhere(browser, page);
  await own.goto(`/login?next=/staff${order}`);
  await fillSignIn(own, "staff@madang.example", "staff-madang");
  await expect(own).toHaveURL(`/staff${order}`);
  return own;
}

/** Takes a step on the staff's page of an order. */
export async function step(own: Page, name: string) {
  const button = own.getByRole("main").getByRole("button", { name, exact: true });
  await button.click();
  await expect(own.getByRole("status").filter({ hasText: "저장했습니다." })).toBeVisible();
  await expect(button).toHaveCount(0);
}
