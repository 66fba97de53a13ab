import { expect, test, type Locator, type Page } from "@playwright/test";

/** Whether the project runs the shop's scripts. */
export const scripted = () => test.info().project.use.javaScriptEnabled !== false;

export const password = "correct-horse-9";

export const address = {
  recipient: "홍길동",
  phone: "010-1234-5678",
  postcode: "04524",
  line1: "서울 중구 세종대로 110",
  line2: "3층",
};

/** "12,600원" → 12600. */
export const won = (text: string | null) => Number((text ?? "").replace(/[^\d-]/g, ""));
/** 12600 → "12,600원". */
export const printWon = (amount: number) => `${amount.toLocaleString("en-US")}원`;

/** A member's field by its whole label; the mark of a required one does not count. */
export const field = (within: Page | Locator, label: string) =>
  within.getByLabel(new RegExp(`^${label}\\s*\\*?$`));

export const cartCount = (page: Page) => page.getByTestId("cart-count");
export const total = (page: Page) => page.getByTestId("total");
/** What is left to pay, at checkout and on an order's page. */
export const due = (page: Page) => page.getByTestId("due");

/** What every new member's first coupon takes off. */
export const WELCOME = 1_000;

let members = 0;
/** An address nobody has signed up with. */
export const newEmail = () =>
  `reader-${process.pid}-${test.info().workerIndex}-${Date.now()}-${++members}@example.com`;

/** Signs a new member up on the page that comes back to `next`. */
export async function signUp(page: Page, next = "/") {
  await page.goto(`/signup?next=${encodeURIComponent(next)}`);
  return fillSignUp(page, next);
}

/** Fills in the sign-up page that is open. */
export async function fillSignUp(page: Page, next: string) {
  const member = { email: newEmail(), password, name: "이마당", phone: "010-2345-6789" };
  await field(page, "이메일").fill(member.email);
  await field(page, "비밀번호").fill(password);
  await field(page, "비밀번호 확인").fill(password);
  await field(page, "이름").fill(member.name);
  await field(page, "휴대전화").fill(member.phone);
  await page.getByRole("main").getByRole("button", { name: "회원가입" }).click();
  await expect(page).toHaveURL(next);
  await expect(page.getByRole("link", { name: "이마당 님" })).toBeVisible();
  return member;
}

export async function signOut(page: Page) {
  await page.getByRole("button", { name: "로그아웃" }).click();
  await expect(page.getByRole("link", { name: "로그인", exact: true }).first()).toBeVisible();
}

/** Fills in the login page that is open, and sends it. */
export async function fillSignIn(page: Page, email: string, word: string) {
  await field(page, "이메일").fill(email);
  await field(page, "비밀번호").fill(word);
  await page.getByRole("main").getByRole("button", { name: "로그인" }).click();
}

/** The card of a book in a listing. */
export const card = (page: Page, title: string) =>
  page
    .getByRole("main")
    .getByRole("link")
    .filter({ has: page.getByText(title, { exact: true }) });

/** Opens a book's page; answers with its path. */
export async function openBook(page: Page, title: string) {
  await page.goto(`/search?q=${encodeURIComponent(title)}`);
  await card(page, title).first().click();
  await expect(page).toHaveURL(/\/products\/\d+$/);
  await expect(page.getByRole("heading", { level: 1, name: title, exact: true })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** The quantity field of a book's page. */
export const quantity = (page: Page) => page.getByLabel("수량", { exact: true });

/** The line of a book in the cart. */
export const line = (page: Page, title: string) =>
  page
    .getByRole("main")
    .getByRole("listitem")
    .filter({ has: page.getByRole("link", { name: title, exact: true }) });

/** Types copies into a line of the cart and sends it; with scripts there is no button to press. */
export async function change(own: Locator, typed: string) {
  await own.getByLabel(/^수량/).fill(typed);
  if (scripted()) await own.getByLabel(/^수량/).press("Enter");
  else await own.getByRole("button", { name: "변경" }).click();
}

/**
 * Waits until the scripts of a quantity stepper answer: before that, its buttons do nothing.
 * Leaves one copy more in the field.
 */
export async function hydrated(within: Page | Locator) {
  const input = within.getByLabel(/^수량/);
  await expect(async () => {
    const before = await input.inputValue();
    await within.getByRole("button", { name: "한 권 더" }).click();
    await expect(input).not.toHaveValue(before, { timeout: 500 });
  }).toPass();
}

/** Puts a book into the cart from its page. */
export async function addToCart(page: Page, title: string, copies = 1) {
  const path = await openBook(page, title);
  if (scripted()) await hydrated(page.getByRole("main"));
  await quantity(page).fill(String(copies));
  const added = page.getByText("장바구니에 담았습니다.").filter({ visible: true });
  await expect(async () => {
    // On a phone the page may still be scrolling under the finger, and the tap is lost; one that
    // was not lost would add a second time and be counted.
    if ((await added.count()) === 0) await page.getByRole("button", { name: "장바구니에 담기" }).click();
    await expect(added).toBeVisible({ timeout: 4_000 });
  }).toPass();
  return path;
}

/** A card that pays; others end in 0002 (refused when money is taken), 0003 (refused at once), 0004 (pays in silence). */
export const CARD = "4330 1234 1234 1234";

/** Pays at the gateway's page that is open. */
export async function payAtGateway(page: Page, number = CARD) {
  await page.getByLabel("카드 번호").fill(number);
  await page.getByRole("button", { name: /^(결제|등록)하기$/ }).click();
}

/** Registers a card on the page of one's cards, which is open. */
export async function registerCard(page: Page, number = CARD) {
  await page.getByRole("button", { name: "카드 등록" }).click();
  await payAtGateway(page, number);
  await expect(page).toHaveURL("/my/cards?registered=1");
}

/** Charges the signed-in member's points as a browser would, without looking at the pages in between. */
export async function charge(page: Page, amount: number) {
  const headers = { accept: "text/html" };
  const form = { key: crypto.randomUUID(), amount: String(amount), way: "new" };
  const going = await page.request.post("/fn/points/charge", { headers, form });
  const gateway = going.headers().refresh.replace("0;url=", "");
  const paid = await page.request.post(gateway, { headers, form: { number: CARD, do: "pay" } });
  expect(await paid.text()).toContain("포인트를 충전했습니다.");
}

/** A way to pay: at checkout, on the page of an unpaid order, and where points are charged. */
export const way = (page: Page, name: string | RegExp) =>
  page.getByRole("group", { name: "결제 방법" }).getByRole("radio", { name });

/** Chooses at checkout to pay later. */
export const choosePayLater = (page: Page) => way(page, /^나중에 결제/).check();

/** The signed-in member's points. */
export async function balance(page: Page) {
  await page.goto("/my/points");
  return won(await page.getByTestId("balance").textContent());
}

/** How many orders the signed-in member has; few enough for one page. */
export async function orders(page: Page) {
  await page.goto("/orders");
  await expect(page.getByRole("heading", { level: 1, name: "주문 내역" })).toBeVisible();
  return page.locator("a.order").count();
}

/** Types an address into the page that is open. */
export async function fillAddress(page: Page, typed: Partial<typeof address> = {}) {
  const values = { ...address, ...typed };
  await field(page, "받는 분").fill(values.recipient);
  await field(page, "휴대전화").fill(values.phone);
  await field(page, "우편번호").fill(values.postcode);
  await field(page, "주소").fill(values.line1);
  await field(page, "상세 주소").fill(values.line2);
}

/** Pays all that there is to pay: at checkout and on the page of an order that is held. */
export const payButton = (page: Page) => page.getByRole("button", { name: /^[\d,]+원 결제하기$/ });
/** Orders at checkout, where points do not suffice and paying later was chosen. */
export const payLaterButton = (page: Page) => page.getByRole("button", { name: /^주문하고 [\d,]+원 나중에 결제하기$/ });

/** A choice among the coupons at checkout; without a name, that of none. */
export const coupon = (page: Page, name?: string) =>
  page.getByRole("group", { name: "쿠폰" }).getByRole("radio", { name: name ?? "쿠폰을 쓰지 않음" });

/** Sums up at checkout what was chosen and typed: scripts do so by themselves, and take the button away. */
export async function sumUp(page: Page) {
  const apply = page.getByRole("button", { name: "적용" });
  if (scripted()) return expect(apply).toBeHidden();
  await apply.click();
  await expect(page).toHaveURL("/checkout");
}

/** Chooses a coupon at checkout, or none. */
export async function choose(page: Page, name?: string) {
  // Scripts that are not there yet would be told nothing of it.
  if (scripted()) await sumUp(page);
  await coupon(page, name).check();
  await sumUp(page);
}

/** Orders what the checkout shows; what points leave is paid later. Answers with the order's path. */
export async function order(page: Page) {
  if (await way(page, /^나중에 결제/).isVisible()) await choosePayLater(page);
  await payButton(page).or(payLaterButton(page)).click();
  await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}\/complete$/);
  return new URL(page.url()).pathname.replace("/complete", "");
}

/** On a phone, nothing sticks out to the side. */
export async function fits(page: Page) {
  const wide = test.info().project.use.viewport?.width ?? 1280;
  if (wide > 360) return;
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, `${page.url()} is as wide as the screen`).toBeLessThanOrEqual(wide);
}

/** A signed-in member with points, whose checkout of one book is open and filled in. */
export async function readyToPay(page: Page, title: string) {
  await signUp(page);
  await charge(page, 100_000);
  await addToCart(page, title);
  await page.goto("/checkout");
  await fillAddress(page);
}

/** A field that came back refused: what was typed is kept, and why not is said beside it. */
export async function expectRefused(input: Locator, typed: string, sentence: string | RegExp) {
  await expect(input).toHaveAttribute("aria-invalid", "true");
  // A word of help may follow.
  const told = typeof sentence === "string" ? new RegExp(`^${sentence.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`) : sentence;
  await expect(input).toHaveAccessibleDescription(told);
  await expect(input).toHaveValue(typed);
}
