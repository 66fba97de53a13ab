import { expect, test as base, type Page } from "@playwright/test";

import { elsewhere } from "./desk";
import { receiver, signature } from "./receiver";
import { expectRefused, field, fillSignIn, fits } from "./shop";

const main = (page: Page) => page.getByRole("main");
const told = (page: Page, sentence: string) => main(page).getByRole("status").filter({ hasText: sentence });
const button = (page: Page, name: string) => main(page).getByRole("button", { name, exact: true });
const topic = (page: Page, word: string) => main(page).getByRole("checkbox", { name: new RegExp(`${word.replace(".", "\\.")}$`) });

/** Each test has a receiver of its own, and leaves no webhook behind: a seller has few. */
const test = base.extend<{ own: Awaited<ReturnType<typeof receiver>> }>({
  own: async ({ page }, use) => {
    const own = await receiver();
    await use(own);
    await page.goto("/seller/webhooks");
    const left = await main(page).getByRole("row").getByRole("link", { name: new URL(own.url).host }).all();
    const paths = await Promise.all(left.map((link) => link.getAttribute("href")));
    for (const path of paths) {
      await page.request.post("/fn/seller/webhook-remove", { form: { id: path?.split("/").pop() ?? "" } });
    }
    await own.close();
  },
});

async function signIn(page: Page, who: "staff" | "seller", next: string) {
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await fillSignIn(page, `${who}@madang.example`, `${who}-madang`);
  await expect(page).toHaveURL(next);
}

/** Subscribes on the page of a new webhook; answers with the new one's path. */
async function subscribe(page: Page, url: string) {
  await signIn(page, "seller", "/seller/webhooks/new");
  await field(page, "받는 주소").fill(url);
  await topic(page, "parcel.delivered").check();
  await field(page, "설명").fill("창고 프로그램");
  await button(page, "웹훅 추가하기").click();
  await expect(told(page, "웹훅을 추가했습니다.")).toBeVisible();
  await fits(page);
  return new URL(page.url()).pathname;
}

/** The secret that the page of a webhook shows. */
async function secret(page: Page) {
  const shown = main(page).locator("code.secret").first();
  await expect(shown).toBeHidden();
  await main(page).getByText("비밀 키 보기").click();
  await expect(shown).toHaveText(/^whsec_[\w+/]+=*$/);
  return shown.innerText();
}

/** Looks at the page of a message until it stands there as it should. */
async function becomes(page: Page, status: string) {
  await expect(async () => {
    await page.reload();
    await expect(page.getByTestId("message-status")).toHaveText(status, { timeout: 500 });
  }).toPass({ timeout: 20_000 });
}

test("a form with flaws comes back filled, each flaw beside its field", async ({ page, own }) => {
  await signIn(page, "seller", "/seller/webhooks");
  await expect(main(page).getByRole("navigation", { name: "판매 관리" }).getByRole("link", { name: "웹훅" })).toHaveAttribute("aria-current", "page");
  await main(page).getByRole("link", { name: "새 웹훅" }).click();
  await expect(page).toHaveURL("/seller/webhooks/new");
  const bad = own.url.replace("http://", "https://me:word@");
  await field(page, "받는 주소").fill(bad);
  await field(page, "설명").fill("가".repeat(201));
  await button(page, "웹훅 추가하기").click();
  await expect(page).toHaveURL("/seller/webhooks/new");
  await expect(main(page).getByRole("alert").getByRole("link")).toHaveCount(3);
  await expect(main(page).getByRole("alert").getByRole("link", { name: /^설명: 200자/ })).toBeVisible();
  await expectRefused(field(page, "받는 주소"), bad, "https://로 시작하고 사용자 이름이 없는 주소여야 합니다.");
  await expectRefused(field(page, "설명"), "가".repeat(201), "200자까지");
  await expect(main(page).getByRole("group", { name: "알릴 일" })).toHaveAccessibleDescription("입력해 주세요.");
  await fits(page);

  await topic(page, "order.paid").check();
  await topic(page, "stock.low").check();
  await field(page, "받는 주소").fill("https://hooks..example.com/");
  await field(page, "설명").fill("창고");
  await button(page, "웹훅 추가하기").click();
  await expect(main(page).getByRole("alert").getByRole("link")).toHaveCount(1);
  await expectRefused(field(page, "받는 주소"), "https://hooks..example.com/", "있을 수 없는 주소입니다.");
  await expect(topic(page, "order.paid")).toBeChecked();
  await expect(topic(page, "order.canceled")).not.toBeChecked();
  await expect(field(page, "설명")).toHaveValue("창고");
  await field(page, "받는 주소").fill(own.url);
  await button(page, "웹훅 추가하기").click();
  await expect(told(page, "웹훅을 추가했습니다.")).toBeVisible();
  await expect(main(page)).toContainText("주문이 결제됨, 재고가 부족해짐");
});

test("a test message arrives signed, and shows as taken", async ({ page, own }) => {
  await subscribe(page, own.url);
  const key = await secret(page);
  await button(page, "시험 메시지 보내기").click();
  await expect(page).toHaveURL(/\/seller\/webhooks\/messages\/[0-9a-f-]{36}\?sent=1$/);
  await becomes(page, "받음");
  await expect(page.getByTestId("last-answer")).toHaveText("HTTP 204");
  expect(own.came).toHaveLength(1);
  const [message] = own.came;
  expect(message.headers["webhook-id"]).toBe(new URL(page.url()).pathname.split("/").pop());
  expect(message.headers["webhook-signature"]).toBe(signature(message, key));
  expect(JSON.parse(message.body).type).toBe("subscription.test");
  expect(JSON.parse(message.body).timestamp).toMatch(/T\d\d:\d\d:\d\d\.\d{3}Z$/);
  // What was taken is not announced as still to come.
  await expect(told(page, "곧 보냅니다.")).toHaveCount(0);
  await expect(main(page).getByRole("region", { name: "내용" })).toHaveText(message.body);
  await fits(page);
});

test("what a failing receiver answered is shown, and sending again succeeds", async ({ page, own, browser }) => {
  own.answer.status = 503;
  const path = await subscribe(page, own.url);
  await button(page, "시험 메시지 보내기").click();
  await expect(page).toHaveURL(/\/messages\//);
  await expect(async () => {
    await page.reload();
    await expect(page.getByTestId("last-answer")).toHaveText("HTTP 503 · 받지 않겠다는 답", { timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await page.goto(path);
  await expect(main(page)).toContainText("받는 쪽이 메시지를 받지 않고 있습니다.");
  await fits(page);
  // The staff sees it, and what is no secret.
  const staff = await elsewhere(browser, page);
  await signIn(staff, "staff", "/seller/webhooks");
  await expect(main(staff).getByRole("row").filter({ hasText: own.url })).toContainText("전달 안 됨");
  await staff.goto(path);
  await expect(main(staff)).toContainText("받는 쪽이 메시지를 받지 않고 있습니다.");
  expect(await staff.content()).not.toContain("whsec_");
  await expect(button(staff, "저장")).toHaveCount(0);
  await staff.context().close();

  own.answer.status = 200;
  await page.goto(`${path}/messages?topic=subscription.test`);
  const row = main(page).getByRole("row").filter({ hasText: "시험 메시지" });
  await expect(row).toHaveCount(1);
  await row.getByRole("button", { name: "다시 보내기" }).click();
  await expect(page).toHaveURL(/\/messages\?topic=subscription\.test&sent=[0-9a-f-]{36}$/);
  await expect(main(page).getByRole("status").filter({ hasText: /곧 보냅니다|지금 보내고|받았습니다/ })).toBeVisible();
  await expect(async () => {
    await page.goto(`${path}/messages?status=delivered`);
    await expect(row).toContainText("HTTP 200", { timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await fits(page);
  const ids = new Set(own.came.map((message) => message.headers["webhook-id"]));
  expect(ids.size, "it is the same message each time").toBe(1);
  const href = await main(page).getByRole("link", { name: "CSV로 받기" }).getAttribute("href");
  const file = await page.request.get(href ?? "");
  expect(await file.text()).toMatch(/\d\d:\d\d:\d\d,[0-9a-f-]{36},시험 메시지,,받음,/);
  // What was answered before is still told.
  await row.getByRole("rowheader").getByRole("link").click();
  const attempts = page.getByTestId("attempts").locator("tbody").getByRole("row");
  await expect(attempts.first()).toContainText("HTTP 200");
  await expect(attempts.last()).toContainText("HTTP 503");
  await expect(page.getByTestId("attempts-counted")).toHaveText("1 / 10 (다시 보낸 뒤)");
  await fits(page);
  await page.goto(`${path}/messages?status=failed`);
  await expect(main(page)).toContainText("메시지가 없습니다.");
});

test("a secret that was replaced signs beside the new one", async ({ page, own }) => {
  const path = await subscribe(page, own.url);
  const before = await secret(page);
  await expect(button(page, "비밀 키 교체하기")).toBeHidden();
  await main(page).getByText("비밀 키 교체…").click();
  await button(page, "비밀 키 교체하기").click();
  await expect(told(page, "비밀 키를 교체했습니다.")).toBeVisible();
  const after = await secret(page);
  expect(after).not.toBe(before);
  await expect(main(page).locator("code.secret").nth(1)).toHaveText(before);
  await fits(page);
  await button(page, "시험 메시지 보내기").click();
  await becomes(page, "받음");
  const [message] = own.came;
  const shown = String(message.headers["webhook-signature"]).split(" ");
  expect(shown).toEqual([signature(message, after), signature(message, before)]);

  // Somebody who has the page open from before changes nothing blindly.
  await page.goto(path);
  const other = await page.context().newPage();
  await other.goto(path);
  await field(other, "설명").fill("다른 창고");
  await button(other, "저장").click();
  await expect(told(other, "저장했습니다.")).toBeVisible();
  await field(page, "설명").fill("내 창고");
  await button(page, "저장").click();
  await expect(main(page).getByRole("alert")).toBeVisible();
  await expect(field(page, "설명")).toHaveValue("내 창고");
  await expect(main(page).locator("dl").first()).toContainText("다른 창고");
  await button(page, "저장").click();
  await expect(told(page, "저장했습니다.")).toBeVisible();
  await expect(main(page).locator("dl").first()).toContainText("내 창고");
});

test("a webhook is paused, goes on, and is removed", async ({ page, own }) => {
  const path = await subscribe(page, own.url);
  await button(page, "멈추기").click();
  await expect(told(page, "멈췄습니다.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("웹훅 멈춤");
  await expect(main(page)).toContainText("멈춘 동안 생긴 일은 알리지 않습니다.");
  await expect(button(page, "시험 메시지 보내기")).toHaveCount(0);
  await button(page, "다시 시작하기").click();
  await expect(told(page, "다시 시작했습니다.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("웹훅 보내는 중");
  await expect(button(page, "웹훅 삭제하기")).toBeHidden();
  await main(page).getByText("웹훅 삭제…").click();
  await button(page, "웹훅 삭제하기").click();
  await expect(told(page, "웹훅을 삭제했습니다.")).toBeVisible();
  await expect(main(page).getByRole("row").filter({ hasText: own.url })).toHaveCount(0);
  expect((await page.goto(path))?.status()).toBe(404);
});
