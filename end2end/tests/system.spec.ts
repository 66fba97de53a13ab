import { createHmac } from "node:crypto";

import { expect, test, type Page } from "@playwright/test";

import { carrierSecret, sandbox } from "../playwright.config";
import { elsewhere } from "./desk";
import { charge, fillSignIn, fits, scripted, signUp } from "./shop";

const main = (page: Page) => page.getByRole("main");
const told = (page: Page, sentence: string) => main(page).getByRole("status").filter({ hasText: sentence });
const tabs = (page: Page) => main(page).getByRole("navigation", { name: "시스템" });
const table = (page: Page, name: string) => main(page).getByRole("region", { name, exact: true });

async function signIn(page: Page, next: string) {
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await fillSignIn(page, "staff@madang.example", "staff-madang");
  await expect(page).toHaveURL(next);
}

/** The file behind the link of a table. */
async function csv(page: Page) {
  const href = await main(page).getByRole("link", { name: "CSV로 받기" }).getAttribute("href");
  const file = await page.request.get(href ?? "");
  expect(file.headers()["content-type"]).toBe("text/csv; charset=utf-8");
  return file.text();
}

test("health shows the database, the neighbors and the work, and no secret", async ({ page }) => {
  await signIn(page, "/staff/system");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("시스템");
  await expect(main(page).getByRole("navigation", { name: "운영" }).getByRole("link", { name: "시스템" })).toHaveAttribute("aria-current", "page");
  await expect(main(page)).toContainText("PostgreSQL");
  const host = new URL(sandbox).host;
  await expect(table(page, "이웃 시스템").getByRole("row", { name: /^결제사/ })).toContainText(host);
  await expect(table(page, "이웃 시스템").getByRole("row", { name: /^메일/ })).toContainText("mail/");
  const work = table(page, "저절로 하는 일").getByRole("row", { name: /^결제 결과 확인/ });
  await expect(work.getByRole("cell").first()).toHaveText(/^\d{4}-\d\d-\d\d \d\d:\d\d$/);
  expect(await page.content()).not.toContain("test_sk");
  expect(await page.content()).not.toContain(carrierSecret);
  await page.setViewportSize({ width: 360, height: 740 });
  for (const link of await tabs(page).getByRole("link").all()) {
    const href = await link.getAttribute("href");
    const answer = await page.request.get(href ?? "");
    expect(answer.status(), href ?? "").toBe(200);
  }
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(360);
});

test("machines are told whether the shop can serve, without a session", async ({ request }) => {
  const answer = await request.get("/health");
  expect(answer.status()).toBe(200);
  expect(await answer.json()).toEqual({ status: "ok", database: expect.any(String), version: expect.any(String) });
  expect(answer.headers()["set-cookie"]).toBeUndefined();
});

test("a payment and its webhook are found, and its day agrees with the gateway's books", async ({ page, browser }) => {
  await signUp(page);
  await charge(page, 43_000);
  const desk = await elsewhere(browser, page);
  await signIn(desk, "/staff/payments?amount=43000");
  const row = table(desk, "결제 목록").getByRole("row").filter({ hasText: "포인트 충전" }).first();
  await expect(row).toContainText("43,000원");
  const file = await csv(desk);
  expect(file).toContain("43000");
  const id = file.match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}/)?.[0] ?? "";
  await expect(async () => {
    await desk.goto(`/staff/webhooks?payment=${id}`);
    await expect(table(desk, "받은 웹훅").getByRole("row").nth(1)).toContainText("결제사", { timeout: 1_000 });
  }).toPass();
  await table(desk, "받은 웹훅").getByText("보기").first().click();
  await expect(table(desk, "받은 웹훅").locator("pre").first()).toContainText("PAYMENT_STATUS_CHANGED");
  expect(await csv(desk)).toContain(id);
  await desk.goto("/staff/webhooks?payment=nothing");
  await expect(main(desk).getByRole("alert")).toContainText("결제 ID");

  await desk.goto("/staff/reconciliation");
  await main(desk).getByRole("button", { name: "비교하기" }).click();
  await expect(desk).toHaveURL(/\?run=\d+$/);
  // What is being paid at this moment may be on one side alone.
  await expect(told(desk, "모두 일치합니다.").or(told(desk, "다릅니다."))).toBeVisible({ timeout: 30_000 });
  await expect(main(desk)).toContainText("일치 · ");
  await fits(desk);

  await desk.goto("/staff/reconciliation");
  await desk.getByLabel(/^마지막 날/).fill("2020-01-01");
  await main(desk).getByRole("button", { name: "비교하기" }).click();
  await expect(main(desk).getByRole("alert")).toContainText("마지막 날");
  await expect(desk.getByLabel(/^마지막 날/)).toHaveValue("2020-01-01");
  await desk.context().close();
});

test("money that the gateway alone has is told with what to do, and had as a file", async ({ page }) => {
  // Taken at the gateway by another system of the same merchant.
  const auth = { authorization: `Basic ${Buffer.from("test_sk_end2end:").toString("base64")}` };
  const order = `other-${crypto.randomUUID()}`;
  const opened = await page.request.post(`${sandbox}/v1/payments`, {
    headers: { ...auth, "idempotency-key": crypto.randomUUID() },
    data: { method: "CARD", amount: 1_234, orderId: order, orderName: "다른 것", successUrl: "http://127.0.0.1/", failUrl: "http://127.0.0.1/" },
  });
  const { paymentKey, checkout } = await opened.json();
  await page.request.post(checkout.url, { form: { number: "4330 1234 1234 1234", do: "pay" }, maxRedirects: 0 });
  const paid = await page.request.post(`${sandbox}/v1/payments/confirm`, {
    headers: { ...auth, "idempotency-key": crypto.randomUUID() }, data: { paymentKey, orderId: order, amount: 1_234 },
  });
  expect(paid.status()).toBe(200);

  await signIn(page, "/staff/reconciliation");
  await main(page).getByRole("button", { name: "비교하기" }).click();
  await expect(told(page, "다릅니다.")).toBeVisible({ timeout: 30_000 });
  const row = table(page, "차이").getByRole("row").filter({ hasText: order });
  await expect(row).toContainText("결제사에만 있음");
  await expect(row).toContainText("1,234원");
  await expect(row).toContainText("결제사 관리자에서 주문번호를 찾아보세요.");
  expect(await csv(page)).toContain(order);
  await page.getByLabel("종류").selectOption({ label: "금액이 다름" });
  await main(page).getByRole("button", { name: "조회" }).click();
  await expect(page).toHaveURL(/differs=amount/);
  await expect(table(page, "차이").getByRole("row").filter({ hasText: order })).toHaveCount(0);
});

test("webhooks that are turned away are seen, and keep nothing", async ({ page }) => {
  const id = `msg_${crypto.randomUUID()}`;
  const old = Math.floor(Date.now() / 1_000) - 3_600;
  const key = Buffer.from(carrierSecret.replace("whsec_", ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}-old.${old}.{}`).digest("base64");
  const send = (name: string, at: number, signed: string) =>
    page.request.post("/webhooks/carrier", {
      headers: { "webhook-id": name, "webhook-timestamp": String(at), "webhook-signature": `v1,${signed}` }, data: "{}",
    });
  expect((await send(`${id}-wrong`, Math.floor(Date.now() / 1_000), "bm90IHRoaXM=")).status()).toBe(401);
  expect((await send(`${id}-old`, old, signature)).status()).toBe(401);
  await signIn(page, "/staff/webhooks");
  const refused = table(page, "거절한 웹훅");
  await expect(refused.getByRole("row").filter({ hasText: `${id}-wrong` })).toContainText("서명이 맞지 않음");
  await expect(refused.getByRole("row").filter({ hasText: `${id}-old` })).toContainText("서명 시각이 맞지 않음");
  await page.goto(`/staff/webhooks?message=${id}-old`);
  await expect(main(page).locator(".empty").first()).toBeVisible();
});

test("the sandbox is switched from the staff's page", async ({ page }) => {
  await signIn(page, "/staff/sandbox");
  // Each project has a neighbor of its own, and is no slower than anybody would notice.
  const [word, name] = scripted() ? ["platform", "데이터 플랫폼"] : ["carrier", "택배사"];
  const form = main(page).locator("form").filter({ has: page.getByRole("heading", { name }) });
  await form.getByLabel("늦게 답하기(ms)").fill("soon");
  await form.getByRole("button", { name: "설정" }).click();
  await expect(main(page).getByRole("alert").first()).toContainText("늦게 답하기(ms)");
  await expect(form.getByLabel("늦게 답하기(ms)")).toHaveValue("soon");
  await form.getByLabel("늦게 답하기(ms)").fill("7");
  await form.getByRole("button", { name: "설정" }).click();
  await expect(told(page, "샌드박스를 설정했습니다.")).toBeVisible();
  await expect(form.getByLabel("늦게 답하기(ms)")).toHaveValue("7");
  expect((await (await page.request.get(`${sandbox}/switches`)).json())[word].slow).toBe(7);
  await form.getByLabel("늦게 답하기(ms)").fill("");
  await form.getByRole("button", { name: "설정" }).click();
  await expect(form.getByLabel("늦게 답하기(ms)")).toHaveValue("0");
});

test("these pages, files and forms are the staff's alone", async ({ page }) => {
  const paths = ["/staff/system", "/staff/readers/settled", "/staff/webhooks", "/staff/payments", "/staff/reconciliation", "/staff/sandbox"];
  for (const path of paths) {
    await page.goto(path);
    await expect(page).toHaveURL(`/login?next=${path}`);
  }
  const files = ["/staff/readers/settled.csv", "/staff/webhooks.csv", "/staff/payments.csv", "/staff/reconciliation.csv"];
  for (const path of files) expect((await page.request.get(path)).status(), path).toBe(401);
  await page.goto("/login?next=/seller/stock");
  await fillSignIn(page, "seller@madang.example", "seller-madang");
  await expect(page).toHaveURL("/seller/stock");
  for (const path of [...paths, ...files]) expect((await page.request.get(path)).status(), path).toBe(404);
  const forms = ["staff/audit", "staff/reconcile", "staff/payment-ask", "staff/card-refund", "staff/sandbox"];
  for (const path of forms) {
    const headers = { accept: "application/json", origin: new URL(page.url()).origin };
    expect((await page.request.post(`/fn/${path}`, { headers, form: { neighbor: "platform" } })).status(), path).toBe(404);
  }
});
