"""Windows of people who have signed in through the page, as they do."""

from playwright.sync_api import Page, expect

from portal.accounts.published import PASSWORD, PublishedPerson


def sign_in(page: Page, person: PublishedPerson) -> None:
    """Sign in on the sign-in page."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").first.fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=person.organisation)).to_be_visible()
