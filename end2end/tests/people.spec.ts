import { expect, test, type Page } from "@playwright/test";

import { elsewhere } from "./desk";
import { expectRefused, field, fillSignIn, fits, newEmail, scripted, signOut, signUp } from "./shop";

const main = (page: Page) => page.getByRole("main");
const told = (page: Page, sentence: string | RegExp) => main(page).getByRole("status").filter({ hasText: sentence });
const button = (page: Page, name: string | RegExp) => main(page).getByRole("button", { name, exact: typeof name === "string" });

async function signInStaff(page: Page, next: string) {
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await fillSignIn(page, "staff@madang.example", "staff-madang");
  await expect(page).toHaveURL(next);
}

/** A business registration number that nobody has used, its last digit the right one. */
function businessNumber() {
  const rest = String(Math.floor(Math.random() * 1e9)).padStart(9, "0");
  const weights = [1, 3, 7, 1, 3, 7, 1, 3, 5];
  const sum = [...rest].reduce((sum, digit, at) => sum + Number(digit) * weights[at], 0) + Math.floor((Number(rest[8]) * 5) / 10);
  return `${rest.slice(0, 3)}-${rest.slice(3, 5)}-${rest.slice(5)}${(10 - (sum % 10)) % 10}`;
}

/** The staff's page of a member, found by the address. */
async function openMember(staff: Page, email: string) {
  await staff.goto("/staff/members");
  await field(staff, "이름, 이메일, 전화번호").fill(email);
  await button(staff, "찾기").click();
  await main(staff).getByRole("row").filter({ hasText: email }).getByRole("link").click();
  await expect(staff).toHaveURL(/\/staff\/members\/\d+$/);
}

test("a member applies, is rejected with a reason, applies again, and sells once approved", async ({ page, browser }) => {
  await signUp(page, "/my/seller");
  const shop = `골목책방 ${newEmail()}`.slice(0, 50);
  await fits(page);
  await field(page, "상점 이름").fill(shop);
  await field(page, "사업자등록번호").fill("124-81-00997");
  await field(page, "상점 전화번호").fill("02-123-4567");
  await field(page, "소개").fill("오래 읽힌 책을 팝니다.\n주말에도 보냅니다.");
  await button(page, "입점 신청하기").click();
  await expectRefused(field(page, "사업자등록번호"), "124-81-00997", "사업자등록번호를 확인해 주세요. 숫자 10자리입니다.");
  await expect(field(page, "소개")).toHaveValue("오래 읽힌 책을 팝니다.\n주말에도 보냅니다.");
  const number = businessNumber();
  await field(page, "사업자등록번호").fill(number.replaceAll("-", ""));
  await button(page, "입점 신청하기").click();
  await expect(told(page, "신청을 받았습니다.")).toBeVisible();
  await expect(main(page)).toContainText(number);

  const staff = await elsewhere(browser, page);
  await signInStaff(staff, "/staff/applications");
  await fits(staff);
  const item = main(staff).getByRole("listitem").filter({ has: staff.getByRole("heading", { name: shop, exact: true }) });
  await item.getByText("거절…").click();
  await item.getByLabel(/자세한 사유/).fill(" ");
  await item.getByRole("button", { name: "거절하기" }).click();
  await expect(item.getByLabel(/자세한 사유/)).toHaveAccessibleDescription("입력해 주세요.");
  await item.getByLabel(/자세한 사유/).fill("통신판매업 신고가 없습니다");
  await item.getByRole("button", { name: "거절하기" }).click();
  await expect(told(staff, "신청을 거절했습니다.")).toBeVisible();

  await page.goto("/my/seller");
  await expect(main(page)).toContainText("통신판매업 신고가 없습니다");
  await expect(field(page, "상점 이름")).toHaveValue(shop);
  await button(page, "다시 신청하기").click();
  await expect(told(page, "신청을 받았습니다.")).toBeVisible();
  await staff.goto("/staff/applications");
  await item.getByRole("button", { name: "승인하기" }).click();
  await expect(told(staff, "입점을 승인했습니다.")).toBeVisible();

  // The session goes on, as a seller's, and the inbox tells of both answers.
  await page.goto("/my/seller");
  await expect(main(page).getByRole("link", { name: "판매 관리로 가기" })).toHaveAttribute("href", "/seller");
  await page.goto("/seller/stock");
  await expect(page.getByRole("heading", { level: 1, name: "재고" })).toBeVisible();
  await expect(async () => {
    await page.goto("/my/notifications");
    await expect(main(page)).toContainText("입점이 승인되었습니다", { timeout: 500 });
  }).toPass();
  await expect(main(page)).toContainText("사유: 통신판매업 신고가 없습니다");
  await page.goto("/seller/trail");
  const row = main(page).getByRole("row").filter({ hasText: "입점 승인" });
  await expect(row).toContainText("운영자");
  await expect(row).not.toContainText("박마당");
  await expect(row).toContainText(/권한\s*이전: 구매자\s*→\s*이후: 판매자/);
  await staff.context().close();
});

test("members are found, and several are blocked and let in again after a question that names their number", async ({ page, browser }) => {
  const name = `단체${Date.now() % 1_000_000}${scripted() ? "가" : "나"}`;
  const emails: string[] = [];
  const headers = { accept: "text/html" };
  for (let n = 0; n < 3; n++) {
    const email = newEmail();
    const visitor = await elsewhere(browser, page.url() === "about:blank" ? (await page.goto("/"), page) : page);
    const form = { email, password: "correct-horse-9", password_again: "correct-horse-9", name, phone: "010-9999-0000", next: "/my" };
    await visitor.request.post("/fn/member/sign-up", { headers, form });
    emails.push(email);
    await visitor.context().close();
  }
  await signInStaff(page, "/staff/members");
  await field(page, "이름, 이메일, 전화번호").fill(name);
  await button(page, "찾기").click();
  const rows = main(page).locator("tbody").getByRole("row");
  await expect(rows).toHaveCount(3);
  await main(page).getByRole("link", { name: "이메일" }).click();
  await expect(main(page).getByRole("columnheader", { name: "이메일" })).toHaveAttribute("aria-sort", "ascending");
  await expect(rows).toHaveCount(3);

  // Nobody chosen: nothing to ask.
  await button(page, "고른 회원 차단…").click();
  await expect(main(page)).toContainText("바꿀 회원이 없습니다");
  await main(page).getByRole("link", { name: "회원 목록으로" }).click();
  await expect(rows).toHaveCount(3);
  for (const email of emails.slice(0, 2)) await rows.filter({ hasText: email }).getByRole("checkbox").check();
  await button(page, "고른 회원 차단…").click();
  await expect(page.getByRole("heading", { name: "회원 2명을 차단합니다." })).toBeVisible();
  await fits(page);
  await field(page, "자세한 사유").fill(" ");
  await button(page, "2명 차단하기").click();
  await expectRefused(field(page, "자세한 사유"), " ", "입력해 주세요.");
  await field(page, "자세한 사유").fill("여러 계정을 만듦");
  await button(page, "2명 차단하기").click();
  await expect(told(page, "2명을 바꾸었습니다.")).toBeVisible();
  await expect(rows.filter({ hasText: "차단됨" })).toHaveCount(2);
  await expect(rows, "the list is as it was").toHaveCount(3);

  // All three chosen, one of whom is not blocked.
  for (const box of await rows.getByRole("checkbox").all()) await box.check();
  await button(page, "고른 회원 차단 해제…").click();
  await expect(page.getByRole("heading", { name: "회원 2명의 차단을 해제합니다." })).toBeVisible();
  await expect(main(page)).toContainText("이미 그 상태인 회원 1명은 뺐습니다.");
  await button(page, "2명 차단 해제하기").click();
  await expect(told(page, "2명을 바꾸었습니다.")).toBeVisible();
  await expect(rows.filter({ hasText: "차단됨" })).toHaveCount(0);

  const csv = await page.request.get(`/staff/members.csv?q=${encodeURIComponent(name)}&sort=email`);
  const lines = (await csv.text()).trim().split("\r\n");
  expect(lines).toHaveLength(4);
  expect(lines.slice(1).map((line) => line.split(",")[2])).toEqual([...emails].sort());
});

test("a blocked member is out at once, is told so once, and signs in anew when let in again", async ({ page, browser }) => {
  const member = await signUp(page);
  const staff = await elsewhere(browser, page);
  await signInStaff(staff, "/staff/members");
  await openMember(staff, member.email);
  await main(staff).getByText("차단…", { exact: true }).click();
  await main(staff).locator("form[action$='member-block']").getByLabel(/자세한 사유/).fill("도용 신고");
  await button(staff, "차단하기").click();
  await expect(told(staff, "저장했습니다.")).toBeVisible();
  await expect(staff.getByRole("heading", { level: 1 })).toContainText("차단됨");

  await page.goto("/my/points");
  await expect(page).toHaveURL("/login?next=/my/points");
  await expect(told(page, "이 계정은 운영자가 이용을 정지했습니다.")).toBeVisible();
  await fillSignIn(page, member.email, member.password);
  await expect(main(page).getByRole("alert")).toContainText("이메일 또는 비밀번호가 올바르지 않습니다.");
  // Somebody else who knows the address alone learns nothing.
  const stranger = await elsewhere(browser, page);
  await stranger.goto("/login");
  await fillSignIn(stranger, member.email, member.password);
  await expect(main(stranger).getByRole("alert")).toContainText("이메일 또는 비밀번호가 올바르지 않습니다.");
  await expect(main(stranger)).not.toContainText("정지");
  await stranger.context().close();

  await main(staff).getByText("차단 해제…").click();
  await button(staff, "차단 해제하기").click();
  await expect(told(staff, "저장했습니다.")).toBeVisible();
  await page.goto("/my/points");
  await expect(page).toHaveURL("/login?next=/my/points");
  await expect(told(page, "이용을 정지")).toHaveCount(0);
  await fillSignIn(page, member.email, member.password);
  await expect(page).toHaveURL("/my/points");
  await staff.context().close();
});

test("the staff corrects points and gives the staff's role, and the trail has all of it", async ({ page, browser }) => {
  const member = await signUp(page);
  const staff = await elsewhere(browser, page);
  await signInStaff(staff, "/staff/members");
  await openMember(staff, member.email);
  await fits(staff);
  const points = main(staff).locator("form[action$='member-points']");
  const adjust = async (amount: string, reason: string) => {
    await points.getByLabel(/금액/).fill(amount);
    await points.getByLabel(/자세한 사유/).fill(reason);
    await points.getByRole("button").click();
  };
  await adjust("많이", "사과");
  await expectRefused(points.getByLabel(/금액/), "많이", "숫자로 입력해 주세요.");
  await adjust("7000", "사과");
  await expect(told(staff, "포인트를 조정했습니다.")).toBeVisible();
  await expect(staff.getByTestId("member-balance")).toHaveText("7,000원");
  await adjust("-8000", "잘못");
  await expect(main(staff).getByRole("alert")).toContainText("포인트가 부족합니다.");

  await main(staff).getByText("운영 권한 주기…").click();
  await button(staff, "운영 권한 주기").click();
  await expect(told(staff, "저장했습니다.")).toBeVisible();
  expect((await page.goto("/staff/members"))?.status()).toBe(200);
  // Nobody takes it from themselves.
  await openMember(page, member.email);
  await expect(main(page)).toContainText("자신의 계정입니다.");
  await expect(main(page).getByText("운영 권한 거두기…")).toHaveCount(0);
  await main(staff).getByText("운영 권한 거두기…").click();
  await button(staff, "운영 권한 거두기").click();
  await expect(told(staff, "저장했습니다.")).toBeVisible();
  expect((await page.goto("/staff/members"))?.status()).toBe(404);

  await main(staff).getByRole("link", { name: "감사 기록에서 모두 보기" }).click();
  await expect(staff).toHaveURL(/\/staff\/trail\?subject=\d+$/);
  await fits(staff);
  const rows = main(staff).locator("tbody").getByRole("row");
  // The ids of products are numbers too.
  const own = rows.filter({ hasText: /회원 권한 변경|포인트 조정/ });
  await expect(own).toHaveCount(3);
  await expect(own.nth(0)).toContainText(/권한\s*이전: 운영자\s*→\s*이후: 구매자/);
  await expect(own.nth(2)).toContainText(/포인트 잔액\s*이전: 0\s*→\s*이후: 7,000/);
  await field(staff, "한 일").selectOption({ label: "포인트 조정" });
  await field(staff, "한 사람").fill("박마당");
  await button(staff, "찾기").click();
  await expect(rows).toHaveCount(1);
  await field(staff, "이날까지").fill("2020-01-01");
  await button(staff, "찾기").click();
  await expect(main(staff)).toContainText("조건에 맞는 기록이 없습니다.");
  const subject = new URL(staff.url()).searchParams.get("subject");
  const csv = await staff.request.get(`/staff/trail.csv?subject=${subject}&act=points_adjusted`);
  expect(await csv.text()).toContain("포인트 잔액: 0 → 7,000; 사유: 사과");
  await staff.goto("/staff/trail?from=abc");
  await expect(main(staff).getByRole("alert")).toContainText("날짜를 읽을 수 없어 빼고 찾았습니다.");
  await expect(rows.first()).toBeVisible();
  await signOut(page);
  await staff.context().close();
});
