import { expect, test, type Page } from "@playwright/test";

import {
  address, balance, expectRefused, field, fillAddress, fillSignIn, newEmail, password, signOut, signUp,
} from "./shop";

const send = (page: Page, name: string) => page.getByRole("main").getByRole("button", { name }).click();

test("a sign-up with everything wrong tells all of it at once and keeps all but passwords", async ({ page }) => {
  await page.goto("/signup?next=/cart");
  // All of this passes the browser's own checks.
  await field(page, "이메일").fill("kim@example");
  await field(page, "비밀번호").fill("short");
  await field(page, "비밀번호 확인").fill("shorter");
  await field(page, "이름").fill("  ");
  await field(page, "휴대전화").fill("12-34");
  await send(page, "회원가입");
  await expect(page).toHaveURL("/signup?next=/cart");
  await expect(page.getByRole("alert").first()).toContainText("입력한 내용을 확인해 주세요.");
  await expectRefused(field(page, "이메일"), "kim@example", "이메일 주소를 확인해 주세요.");
  await expectRefused(field(page, "비밀번호"), "", "8자 이상 입력해 주세요.");
  await expectRefused(field(page, "비밀번호 확인"), "", "비밀번호가 서로 다릅니다.");
  await expectRefused(field(page, "이름"), "  ", "입력해 주세요.");
  await expectRefused(field(page, "휴대전화"), "12-34", "전화번호를 확인해 주세요. 예: 010-1234-5678");
  // What stood in the form is shown once.
  await page.goto("/signup");
  await expect(field(page, "이메일")).toHaveValue("");
  await expect(page.getByRole("main").getByRole("alert")).toHaveCount(0);
});

test("an empty sign-up is refused by the server too", async ({ page }) => {
  await page.goto("/signup");
  const form = page.locator("form[action='/fn/member/sign-up']");
  await form.evaluate((element: HTMLFormElement) => (element.noValidate = true));
  await send(page, "회원가입");
  for (const label of ["이메일", "비밀번호", "이름"]) {
    await expectRefused(field(page, label), "", "입력해 주세요.");
  }
});

test("a taken e-mail address is refused beside its field, in any case of letters", async ({ page }) => {
  const member = await signUp(page);
  await signOut(page);
  await page.goto("/signup");
  const typed = member.email.toUpperCase();
  await field(page, "이메일").fill(typed);
  await field(page, "비밀번호").fill(password);
  await field(page, "비밀번호 확인").fill(password);
  await field(page, "이름").fill("다른이");
  await field(page, "휴대전화").fill("010-9999-8888");
  await send(page, "회원가입");
  await expectRefused(field(page, "이메일"), typed, "이미 가입된 이메일입니다.");
  await expect(field(page, "이름")).toHaveValue("다른이");
  await expect(field(page, "휴대전화")).toHaveValue("010-9999-8888");
  await expect(field(page, "비밀번호")).toHaveValue("");
});

test("a wrong password and an unknown address are refused with the same sentence", async ({ page }) => {
  const member = await signUp(page);
  await signOut(page);
  const sentences: string[] = [];
  for (const [email, word] of [
    [member.email, "wrong-password"],
    [newEmail(), password],
    ["nobody@nowhere", password],
  ]) {
    await page.goto("/login?next=/my");
    await fillSignIn(page, email, word);
    await expect(page).toHaveURL("/login?next=/my");
    await expect(field(page, "이메일")).toHaveValue(email);
    await expect(field(page, "비밀번호")).toHaveValue("");
    sentences.push(await page.getByRole("main").getByRole("alert").innerText());
  }
  expect(new Set(sentences)).toEqual(new Set(["이메일 또는 비밀번호가 올바르지 않습니다."]));
});

test("an address that no parcel finds is refused field by field and comes back as typed", async ({ page }) => {
  await signUp(page);
  await page.goto("/my/addresses/new");
  const long = "가".repeat(10_000);
  await fillAddress(page, { recipient: "홍길동 📚", phone: "전화", postcode: "123", line1: long, line2: "3층 🏠" });
  await send(page, "저장");
  await expect(page).toHaveURL("/my/addresses/new");
  await expectRefused(field(page, "받는 분"), "홍길동 📚", "사용할 수 없는 문자가 있습니다.");
  await expectRefused(field(page, "휴대전화"), "전화", "전화번호를 확인해 주세요. 예: 010-1234-5678");
  await expectRefused(field(page, "우편번호"), "123", "우편번호는 숫자 다섯 자리입니다.");
  await expectRefused(field(page, "주소"), long, "200자까지 입력할 수 있습니다.");
  await expectRefused(field(page, "상세 주소"), "3층 🏠", "사용할 수 없는 문자가 있습니다.");
  await fillAddress(page);
  await send(page, "저장");
  await expect(page).toHaveURL("/my/addresses");
  await expect(page.getByRole("main")).toContainText(`(${address.postcode}) ${address.line1}`);
});

test("an amount of points that cannot be charged is refused beside its field", async ({ page }) => {
  await signUp(page);
  await page.goto("/my/points");
  const range = "1,000부터 1,000,000까지 입력할 수 있습니다.";
  for (const [typed, sentence] of [
    ["0", range],
    ["-1", range],
    ["999", range],
    ["1,000,001", range],
    ["99999999999999999999999999", range],
    ["abc", "숫자로 입력해 주세요."],
    ["1000.5", "숫자로 입력해 주세요."],
    ["💰", "숫자로 입력해 주세요."],
  ]) {
    await test.step(typed, async () => {
      await field(page, "금액").fill(typed);
      await send(page, "포인트 충전");
      await expectRefused(field(page, "금액"), typed, sentence);
      await expect(page).toHaveURL("/my/points");
    });
  }
  expect(await balance(page)).toBe(0);
});

test("a profile and a password that cannot be are refused in place and nothing changes", async ({ page }) => {
  const member = await signUp(page);
  await page.goto("/my/profile");
  await field(page, "이름").fill("이".repeat(51));
  await field(page, "휴대전화").fill("abc");
  await send(page, "저장");
  await expectRefused(field(page, "이름"), "이".repeat(51), "50자까지 입력할 수 있습니다.");
  await expectRefused(field(page, "휴대전화"), "abc", "전화번호를 확인해 주세요. 예: 010-1234-5678");
  await page.goto("/my/profile");
  await expect(field(page, "이름")).toHaveValue(member.name);

  await field(page, "현재 비밀번호").fill("not-my-password");
  await field(page, "새 비밀번호").fill("another-word-1");
  await field(page, "비밀번호 확인").fill("another-word-1");
  await send(page, "비밀번호 변경");
  await expectRefused(field(page, "현재 비밀번호"), "", "현재 비밀번호가 올바르지 않습니다.");
  await field(page, "현재 비밀번호").fill(password);
  await field(page, "새 비밀번호").fill("short");
  await field(page, "비밀번호 확인").fill("other");
  await send(page, "비밀번호 변경");
  await expectRefused(field(page, "새 비밀번호"), "", "8자 이상 입력해 주세요.");
  await expectRefused(field(page, "비밀번호 확인"), "", "비밀번호가 서로 다릅니다.");
});
