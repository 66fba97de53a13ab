import { expect, test, type APIRequestContext, type Page } from "@playwright/test";

import { expectRefused, field, fillSignIn, fits, password, scripted, signUp } from "./shop";

const main = (page: Page) => page.getByRole("main");
const secret = (page: Page) => page.getByTestId("secret").locator("strong.number");
/** A token that is in use. */
const kept = (page: Page, name: string) =>
  main(page).getByRole("listitem").filter({ has: page.getByRole("heading", { name: new RegExp(`^${name}`) }) });

/** Fills in the form for a new token and sends it; answers with the secret. */
async function make(page: Page, name: string) {
  await page.goto("/my/tokens");
  await field(page, "이름").fill(name);
  await main(page).getByRole("button", { name: "토큰 만들기" }).click();
  await expect(page).toHaveURL("/my/tokens");
  await expect(secret(page)).toHaveText(/^madang_[0-9a-f]{64}$/);
  return secret(page).innerText();
}

/** What a program that has nothing but the token gets. */
const tokens = (request: APIRequestContext, token: string) =>
  request.get("/member/tokens", { headers: { authorization: `Bearer ${token}` } });

test("a token is shown once, opens the API, and opens nothing once it is revoked", async ({ page, request }) => {
  await signUp(page, "/my");
  await main(page).getByRole("navigation").getByRole("link", { name: "API 토큰" }).click();
  await expect(main(page)).toContainText("쓰고 있는 토큰이 없습니다.");
  await fits(page);
  const token = await make(page, "재고 스크립트");
  await fits(page);
  await page.reload();
  await expect(kept(page, "재고 스크립트")).toContainText("구매자");
  await expect(secret(page)).toHaveCount(0);
  expect(await page.content()).not.toContain(token);

  const answer = await tokens(request, token);
  expect(answer.status()).toBe(200);
  expect((await answer.json()).items).toMatchObject([{ name: "재고 스크립트", scope: "shopper", current: true }]);

  const own = kept(page, "재고 스크립트");
  await own.getByText("폐기", { exact: true }).click();
  await fits(page);
  await own.getByRole("button", { name: "토큰 폐기하기" }).click();
  await expect(page).toHaveURL("/my/tokens?revoked=1");
  await expect(main(page).getByRole("status").filter({ hasText: "토큰을 폐기했습니다." })).toBeVisible();
  await expect(kept(page, "재고 스크립트")).toHaveCount(0);
  expect((await tokens(request, token)).status()).toBe(401);
});

test("a new token can be copied, or marked where it cannot", async ({ page, context }) => {
  if (scripted()) await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signUp(page);
  const token = await make(page, "복사할 것");
  const button = main(page).getByRole("button", { name: "토큰 복사" });
  if (!scripted()) return expect(button).toBeHidden();
  await button.click();
  await expect(main(page).getByText("복사했습니다.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
  });
  await button.click();
  await expect(main(page).getByText("토큰을 선택했습니다.")).toBeVisible();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(token);
});

test("a refused token comes back as it was typed", async ({ page }) => {
  await signUp(page);
  await page.goto("/my/tokens");
  await field(page, "이름").fill("내 🙂");
  await field(page, "사용 일수").fill("366");
  await main(page).getByRole("button", { name: "토큰 만들기" }).click();
  await expect(page).toHaveURL("/my/tokens");
  await expect(main(page).getByRole("alert")).toContainText("사용 일수");
  await expectRefused(field(page, "이름"), "내 🙂", "사용할 수 없는 문자가 있습니다.");
  await expectRefused(field(page, "사용 일수"), "366", /^1부터 365까지/);
  await expect(secret(page)).toHaveCount(0);
  await expect(main(page)).toContainText("쓰고 있는 토큰이 없습니다.");
});

test("another password ends all tokens", async ({ page, request }) => {
  await signUp(page);
  const token = await make(page, "옛것");
  expect((await tokens(request, token)).status()).toBe(200);
  await page.goto("/my/profile");
  await field(page, "현재 비밀번호").fill(password);
  await field(page, "새 비밀번호").fill("a-new-password-2");
  await field(page, "비밀번호 확인").fill("a-new-password-2");
  await main(page).getByRole("button", { name: "비밀번호 변경" }).click();
  await expect(page).toHaveURL("/my/profile?saved=1");
  expect((await tokens(request, token)).status()).toBe(401);
  await page.goto("/my/tokens");
  await expect(main(page)).toContainText("쓰고 있는 토큰이 없습니다.");
});

test("a seller's token sells, where that is chosen", async ({ page, request }) => {
  await page.goto("/login?next=/my/tokens");
  await fillSignIn(page, "seller@madang.example", "seller-madang");
  await expect(page).toHaveURL("/my/tokens");
  const scopes = main(page).getByRole("group", { name: "권한" }).getByRole("radio");
  await expect(scopes).toHaveCount(2);
  await expect(scopes.first()).toBeChecked();
  await main(page).getByRole("radio", { name: /^판매/ }).check();
  await main(page).getByRole("button", { name: "토큰 만들기" }).click();
  const answer = await tokens(request, await secret(page).innerText());
  const current = (await answer.json()).items.find((one: { current: boolean }) => one.current);
  expect(current).toMatchObject({ name: "API", scope: "seller" });
});

test("whoever is not signed in has no tokens", async ({ page }) => {
  await page.goto("/my/tokens");
  await expect(page).toHaveURL("/login?next=/my/tokens");
});
