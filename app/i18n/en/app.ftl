## The shop
shop-name = Madang
shop-kind = the yard where books meet
shop-title = Madang — the yard where books meet
page-title = { $title } | Madang
hero-title = Long-loved books, in the yard today
hero-sentence = Classics old and modern in one place. The stock you see is the stock you can buy.
footer-about = Madang is a demo bookshop of works in the public domain.
skip = Skip to content
home = Home
go-home = Home
browse = Browse books
breadcrumb = You are here
categories = Categories
category = Category
account = Your account
greeting = Hello, { $name }
search = Search
search-hint = Title, author, ISBN
search-title = Results for “{ $words }”
search-nothing-typed = Type a title, an author or an ISBN.
search-nothing-found = No book was found. Try fewer words or other spacing.
new-arrivals = New arrivals
shop-empty = No books are on the shelves yet.
category-empty = There are no books in this category yet.

## Listings
count-products = { $count } { $count ->
    [one] title
   *[other] titles
}
sort = Sort by
sort-recent = Newest
sort-price-low = Price, low to high
sort-price-high = Price, high to low
sort-title = Title
pages = Pages
previous = Previous
next = Next
older = Older entries
list-price = List price
sold-out = Sold out
copies-left = { $count } left

## A product
sold-out-sentence = This book is sold out.
copies-available = Copies you can buy now: { $count }
delivery-terms = Delivery { $fee }, free from { $free } per seller
about-book = About the book
first-published = First published
seller = Seller
year = { $year }
year-bc = { $year } BC
related = You may also like

## The cart
cart = Cart
copies-in-cart = Copies in it
quantity = Quantity
one-more = One more
one-fewer = One fewer
add-to-cart = Add to cart
added-to-cart = Added to your cart.
view-cart = View cart
change = Change
remove = Remove
line-short = You can buy { $available } of these. Change the quantity or remove the line.
line-price-changed = The price changed since you added it: { $before } → { $now }
goods = Goods
delivery = Delivery
free = Free
total = Total
to-checkout = Check out
cart-empty = Your cart is empty.
cart-of-guest = When you sign in, this cart joins your own.
copies = × { $count }

## Members
sign-in = Sign in
sign-out = Sign out
sign-up = Sign up
have-account = Already a member?
no-account = Not a member yet?
email = E-mail
password = Password
password-again = Password again
password-hint = At least 8 characters
current-password = Current password
new-password = New password
change-password = Change password
name = Name
phone = Mobile phone
phone-hint = For example 010-1234-5678
my-page = My page
profile = Profile
save = Save
saved = Saved.

## Points
points = Points
points-balance = Points balance
charge-points = Charge points
charged = Your points were charged.
amount = Amount
amount-hint = Between { $min } and { $max } won at a time
balance-after = Balance
history = History
when = When
what = What
points-charge = Charged
points-earn = Earned
points-spend = Spent
points-restore = Restored
points-expire = Expired
points-adjust = Adjusted

## Addresses
addresses = Addresses
addresses-empty = You have no addresses yet.
add-address = Add an address
edit-address = Edit address
edit = Edit
default-address = Default
make-default = Make default
recipient = Recipient
postcode = Postcode
line1 = Address
line2 = Floor, room

## Checkout
checkout = Checkout
order-lines = What you order
change-cart = Change in the cart
deliver-to = Deliver to
first-address = Tell us where to deliver. It will be kept for your next order.
other-address = Deliver to a new address
delivery-note = Note to the carrier
note-door = Leave it at the door
note-guard = Leave it with the guard
note-call = Call before delivery
payment = Payment
points-left = Points afterwards
points-short = You are { $short } short of points.
pay-by-points = Paid from your points.
pay = Pay { $total }
checkout-short = Some lines are short of stock, so this cannot be ordered.
removed-line = A line no longer in the cart
no-line = none
line-as-seen = { $count } × { $price }

## Orders
orders = Orders
orders-empty = You have not ordered anything yet.
latest-orders = Latest orders
order-title = Order { $number }
order-number = Order number
order-complete = Thank you, your order is placed
order-next = The sellers are preparing your books. Follow them under Orders.
view-order = View order
and-others = { $first } and { $count } more
paid-by-points = Paid by points
order-pending-payment = Awaiting payment
order-placed = Paid
order-confirmed = Confirmed
order-canceled = Canceled
order-expired = Expired
fulfillment-unfulfilled = Not begun
fulfillment-preparing = Preparing
fulfillment-shipped = On its way
fulfillment-delivered = Delivered
fulfillment-returned = Returned

## Refusals
not-found-title = This page cannot be found
unavailable-title = Please try again in a moment
failed-title = The request was not carried out
failure-invalid = Please check what you typed.
failure-bad-request = The request could not be read. Open the page anew and try again.
failure-sign-in-required = Please sign in.
failure-wrong-credentials = The e-mail address or the password is wrong.
failure-not-found = It cannot be found: it is gone, or its address changed.
failure-foreign-origin = Requests from other sites are not carried out.
failure-not-on-sale = This book is not sold at the moment.
failure-out-of-stock = There are not enough copies.
failure-cart-empty = Your cart is empty. Did you order or empty it in another window?
failure-cart-full = A cart holds up to 100 different books.
failure-cart-changed = Something changed while you were looking. Nothing was paid; please check what changed.
failure-address-gone = The chosen address no longer exists. Please choose again.
failure-insufficient-points = You do not have enough points.
failure-wallet-full = That would be more points than a wallet may hold.
failure-too-many-addresses = You can keep up to 20 addresses.
failure-total-too-large = The total is more than one order may come to.
failure-coupon-unusable = This coupon cannot be used on this order. Please choose again; nothing was paid.
failure-coupon-exhausted = All of these coupons are taken.
failure-coupon-already-issued = You already have this coupon.
failure-campaign-closed = This coupon is not given out at the moment.
failure-order-expired = The time to pay this order is over. Nothing was paid, and what it held was given back.
failure-already-canceled = This was already canceled.
failure-already-shipped = This is already on its way. You can return it once it has arrived.
failure-not-delivered = This has not been delivered yet.
failure-already-confirmed = You have confirmed this purchase, so it can no longer be changed.
failure-too-many-copies = Please choose at least one copy, and no more than you still have.
failure-whole-order-only = An order that is not paid can only be canceled as a whole.
failure-refund-changed = The refund is no longer what you saw. Nothing was canceled; please look again.
failure-claim-open = A return or an exchange is still under way.
failure-status-changed = This has moved on in the meantime. Please look at where it stands now.
failure-stock-changed = The stock changed while you were looking. Nothing was written; please count again.
failure-busy = Very many people are ordering right now. Please try again in a moment; nothing is ordered twice.
failure-unavailable = This cannot be done right now. Please try again in a moment; nothing is ordered twice.
flaw-required = Please fill this in.
flaw-too-long = At most { $max } characters.
flaw-too-short = At least { $min } characters.
flaw-not-a-number = Please type a number.
flaw-out-of-range = Between { $min } and { $max }, please.
flaw-characters = Some characters cannot be used.
flaw-email = Please check the e-mail address.
flaw-email-taken = This e-mail address is already a member's.
flaw-phone = Please check the number, for example 010-1234-5678.
flaw-postcode = A postcode has five digits.
flaw-mismatch = The passwords differ.
flaw-wrong-password = The current password is wrong.
flaw-choice = Please choose from the list.
flaw-time = Please give a day and a time.
flaw-ends-before-start = It must end after it starts.
flaw-code-taken = Another campaign has this code.
