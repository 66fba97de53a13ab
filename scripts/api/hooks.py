"""What no drawing would hit upon: an order is taken only at what the cart costs at that moment."""

import json
import os

import requests
import schemathesis

URL = os.environ["FUZZ_URL"]
PRODUCTS = json.loads(os.environ["FUZZ_PRODUCTS"])
SIGNED_IN = {"Authorization": f"Bearer {os.environ['FUZZ_TOKEN']}"}


@schemathesis.hook
def before_call(context, case, kwargs):
    if (case.method, case.path) != ("POST", "/order/process-order") or not isinstance(case.body, dict):
        return
    drawn_to_fit = case.meta is None or case.meta.generation.mode.is_positive
    # Every other one, by what was drawn: the same seed does the same.
    if drawn_to_fit and PRODUCTS and len(json.dumps(case.body)) % 2:
        line = {"productId": PRODUCTS[len(case.body) % len(PRODUCTS)], "quantity": 1}
        requests.post(f"{URL}/cart/lines", json=line, headers=SIGNED_IN, timeout=30)
        cart = requests.get(f"{URL}/cart/lines", headers=SIGNED_IN, timeout=30)
        if cart.ok:
            case.body["expectedTotal"] = cart.json()["total"]
