import { expect, test, type BrowserContext } from "@playwright/test";

import { addToCart, cartCount, fillSignIn, openBook, password, signOut, signUp } from "./shop";

const session = async (context: BrowserContext) =>
  (await context.cookies()).find((cookie) => cookie.name === "madang");

test("a guest who only browses gets no cookie", async ({ page, context }) => {
  for (const path of ["/", "/categories/poetry?page=2", "/search?q=a", "/cart", "/login", "/signup", "/nowhere"]) {
    const response = await page.goto(path);
    expect(await response?.headerValue("set-cookie"), path).toBeNull();
  }
  await openBook(page, "심청전");
  expect(await context.cookies()).toEqual([]);
});

test("the session cookie is for the server alone and not sent along from other sites", async ({ page, context }) => {
  await addToCart(page, "심청전");
  expect(await session(context)).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
});

for (const origin of ["http://evil.example", "null", "http://127.0.0.1:8931.evil.example", "https://127.0.0.1:1"]) {
  test(`a form sent from ${origin} is refused`, async ({ page }) => {
    await addToCart(page, "심청전");
    const headers = { origin, accept: "text/html" };
    const response = await page.request.post("/fn/cart/add", { headers, form: { product: "1", quantity: "1" } });
    expect(response.status()).toBe(403);
    expect(await response.text()).toContain("다른 사이트에서 보낸 요청은 처리하지 않습니다.");
    await page.goto("/cart");
    await expect(cartCount(page)).toHaveText("1");
  });
}

test("a form on another site's page changes nothing here", async ({ page, baseURL }) => {
  await addToCart(page, "심청전");
  const product = new URL(page.url()).pathname.split("/").at(-1);
  await page.route("http://evil.example/", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<form method="post" action="${baseURL}/fn/cart/add"><input name="product" value="${product}">
        <input name="quantity" value="5"><button>prize</button></form>`,
    }),
  );
  await page.goto("http://evil.example/");
  const answered = page.waitForResponse((response) => response.url().endsWith("/fn/cart/add"));
  await page.getByRole("button", { name: "prize" }).click();
  expect((await answered).status()).toBe(403);
  await page.goto("/cart");
  await expect(cartCount(page)).toHaveText("1");
});

test("the session id changes at sign-up and login, and the old one opens nothing", async ({ page, browser, baseURL }) => {
  const context = page.context();
  await addToCart(page, "심청전");
  const guest = await session(context);
  const member = await signUp(page, "/my");
  const signedUp = await session(context);
  expect(signedUp?.value).not.toBe(guest?.value);
  await signOut(page);

  await addToCart(page, "심청전");
  const planted = await session(context);
  await page.goto("/login?next=/my");
  await fillSignIn(page, member.email, password);
  await expect(page).toHaveURL("/my");
  expect((await session(context))?.value).not.toBe(planted?.value);

  for (const old of [guest, signedUp, planted]) {
    const elsewhere = await browser.newContext({ baseURL });
    await elsewhere.addCookies([{ name: "madang", value: old?.value ?? "", url: baseURL }]);
    const thief = await elsewhere.newPage();
    await thief.goto("/my");
    await expect(thief).toHaveURL("/login?next=/my");
    await elsewhere.close();
  }
});

for (const next of [
  "//evil.example",
  "https://evil.example/",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "javascript:alert(1)",
]) {
  test(`login does not go on to ${JSON.stringify(next)}`, async ({ page, baseURL }) => {
    const member = await signUp(page);
    await signOut(page);
    await page.goto(`/login?next=${encodeURIComponent(next)}`);
    await fillSignIn(page, member.email, password);
    await expect(page.getByRole("link", { name: "이마당 님" })).toBeVisible();
    expect(new URL(page.url()).origin).toBe(baseURL);
    await signOut(page);

    // Nor where the form itself was made up.
    const form = { email: member.email, password, next };
    const headers = { accept: "text/html" };
    for (const [path, fields] of [["/fn/member/sign-in", form], ["/fn/language", { language: "ko", next }]] as const) {
      const response = await page.request.post(path, { headers, form: fields, maxRedirects: 0 });
      const target = new URL(response.headers()["location"], baseURL);
      expect(target.origin, path).toBe(baseURL);
    }
  });
}

test("a page tells the browser to run no scripts but its own", async ({ page }) => {
  const response = await page.goto("/");
  const policy = (await response?.headerValue("content-security-policy")) ?? "";
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("'unsafe-inline'");
  expect(policy).not.toContain("'unsafe-eval'");
});

test("what is typed into the search is shown as text", async ({ page }) => {
  const words = `<img src=x onerror="document.title='hacked'">`;
  await page.goto(`/search?q=${encodeURIComponent(words)}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`‘${words}’ 검색 결과`);
  await expect(page.locator("img[src='x']")).toHaveCount(0);
});

test("a page that is one person's own is never for search engines to keep", async ({ page }) => {
  await addToCart(page, "심청전");
  for (let view = 0; view < 30; view++) {
    const response = await page.request.get("/cart");
    const told = response.headers()["x-robots-tag"] ?? (await response.text());
    expect(told, `view ${view}`).toContain("noindex");
  }
});

test("what is searched for stays text, in the title too", async ({ page }) => {
  const words = "</title><h1>PWNED</h1><meta http-equiv=refresh content='0;url=/login'>";
  await page.goto(`/search?q=${encodeURIComponent(words)}`);
  await expect(page).toHaveTitle(new RegExp("^‘</title><h1>PWNED</h1>"));
  await expect(page.getByRole("heading", { name: "PWNED", exact: true })).toHaveCount(0);
  await expect(page.locator("meta[http-equiv]")).toHaveCount(0);
});
