"""Fuzzes every operation of the REST API of a running demo shop, as a shopper, a seller and the staff.

Schemathesis draws the requests and checks the answers; here it is told who asks, and what the shop
has, so that more than 404 comes back. The operations are those of the shop's own document.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path

import requests

ACCOUNTS = ["shopper", "seller", "staff"]

# What is written in a way that nothing drawn would be.
WORDS = {
    "email": [f"reader{n}@madang.example" for n in range(40)],
    "phone": ["010-1234-5678", "0212345678"],
    "postcode": ["04524", "63309"],
}

# What the `id` of an entry is called elsewhere, where no path below the list says it.
LISTS = {
    "/catalog/best-sellers": "productId",
    "/catalog/search": "productId",
    "/coupon/mine": "couponId",
    "/coupon/offers": "campaignId",
    "/order/claims": "claimId",
}

# How often something that is there is drawn instead of anything.
SHARE = 0.7

# The most values of a kind that are remembered.
REMEMBERED = 40

# For each account. Its time is shared out among the operations and spent whole: the examples are the
# least that each gets.
BUDGETS = {
    "short": ["--phases", "examples,coverage,fuzzing", "--max-examples", "5", "--max-time", "30"],
    "long": ["--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "50", "--max-time", "280"],
}


def sign_in(who):
    return {"email": f"{who}@madang.example", "password": f"{who}-madang", "scope": who}


class Shop:
    """The shop as a program sees it: what it promises, and what is in it."""

    def __init__(self, url):
        self.url = url
        self.document = requests.get(f"{url}/api/openapi.json", timeout=30).json()
        self.paths = self.document["paths"]
        self.known = {name: list(values) for name, values in WORDS.items()}
        self.tokens = {}
        for who in ACCOUNTS:
            self.tokens[who] = self.ask(None, "post", "/member/login", sign_in(who))["token"]

    def has(self, method, path):
        return method in self.paths.get(path, {})

    def ask(self, who, method, path, body=None):
        """Asks, and remembers what is in the answer; None where it was refused."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if who:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        answer = requests.request(method, self.url + path, json=body, headers=headers, timeout=30)
        if answer.status_code >= 500:
            sys.exit(f"{method} {path}: {answer.status_code} {answer.text}")
        if not answer.ok or not answer.content:
            return None
        answer = answer.json()
        self.remember(path, answer)
        return answer

    def remember(self, path, answer):
        """Keeps what is called …Id anywhere, and `id` as the name that it has below the path."""
        below = [name.strip("{}") for start, _, name in (one.rpartition("/") for one in self.paths) if start == path]
        names = [name for name in [*below, LISTS.get(path)] if name and name.endswith("Id")]
        entries = answer.get("items", [answer]) if isinstance(answer, dict) else answer
        for name in names:
            for entry in entries:
                self.keep(name, entry.get("id"))
        self.walk(answer)

    def walk(self, value):
        for name, inner in value.items() if isinstance(value, dict) else []:
            if name.endswith("Id"):
                self.keep(name, inner)
            elif name == "next":
                self.keep("cursor", inner)
            elif isinstance(inner, list):
                # The `id` of one of the `deliveries` is a `deliveryId`.
                one = re.sub("(ies|s)$", lambda end: "y" if end[0] == "ies" else "", name)
                for entry in inner:
                    if isinstance(entry, dict):
                        self.keep(f"{one}Id", entry.get("id"))
                        self.walk(entry)
            else:
                self.walk(inner)

    def keep(self, name, value):
        kept = self.known.setdefault(name, [])
        if isinstance(value, (int, str)) and value not in kept and len(kept) < REMEMBERED:
            kept.append(value)

    def prepare(self):
        """Gives the shopper some orders, and looks at every list as everybody."""
        if self.has("post", "/catalog/search"):
            self.ask("shopper", "post", "/catalog/search", {"query": "전", "limit": 20})
        if self.has("post", "/order/process-order"):
            for _ in range(3):
                self.order()
        for who in ACCOUNTS:
            for path, item in self.paths.items():
                if "get" in item and "{" not in path:
                    self.ask(who, "get", path)
        # The tokens by which this asks must outlive it: others are there to be revoked.
        self.known.pop("tokenId", None)
        for _ in range(5):
            self.ask(None, "post", "/member/login", sign_in("shopper"))

    def order(self):
        line = {"productId": random.choice(self.known["productId"]), "quantity": 1}
        self.ask("shopper", "post", "/cart/lines", line)
        total = self.ask("shopper", "get", "/cart/lines")["total"]
        address = {"recipient": "김독자", "phone": "010-1234-5678", "postcode": "04524", "line1": "세종대로 110"}
        address = self.ask("shopper", "post", "/delivery/addresses", address)["id"]
        self.keep("addressId", address)
        order = {"addressId": address, "expectedTotal": total, "points": total, "payment": {"method": "points"}}
        order = self.ask("shopper", "post", "/order/process-order", order)
        if order:
            self.keep("orderId", order["id"])

    def places(self):
        """Where requests ask for what is known: places, with the name of what is known."""
        places = {}
        for item in self.paths.values():
            for operation in item.values():
                for parameter in operation.get("parameters", []):
                    if self.known.get(parameter["name"]) and parameter["in"] in ("path", "query"):
                        places[f"{parameter['in']}.{parameter['name']}"] = parameter["name"]
                for content in operation.get("requestBody", {}).get("content", {}).values():
                    self.fields(content["schema"], "body", places)
        return places

    def fields(self, schema, place, places):
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for several in ("oneOf", "anyOf", "allOf"):
            for inner in schema.get(several, []):
                self.fields(inner, place, places)
        for name, inner in schema.get("properties", {}).items():
            one = name.removesuffix("s")
            if self.known.get(name):
                places[f"{place}.{name}"] = name
            elif self.known.get(one):
                places[f"{place}.{name}[*]"] = one
            else:
                self.fields(inner, f"{place}.{name}", places)
        if "items" in schema:
            self.fields(schema["items"], f"{place}[*]", places)

    def configuration(self, who):
        """What is added to the configuration for one account: who it is, and what is known."""
        said = ["", "[auth.dynamic.openapi.bearer]", 'path = "/member/login"', 'extract_selector = "/token"']
        # Texts, numbers and lists of them are written in TOML as in JSON.
        said += ["[auth.dynamic.openapi.bearer.payload]"]
        said += [f"{name} = {json.dumps(value)}" for name, value in sign_in(who).items()]
        for name, values in self.known.items():
            if values:
                said += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
        said += ["[parameters]"]
        for place, name in self.places().items():
            said += [f'{json.dumps(place)} = {{ dictionary = "{name}", probability = {SHARE} }}']
        return "\n".join(said) + "\n"


def fuzz(shop, who, work, options):
    """Runs Schemathesis as one account. Answers whether all is as documented, and what was told."""
    here = Path(__file__).parent
    config = work / f"{who}.toml"
    # What is of the whole stands before the first table.
    whole = f"hooks = {json.dumps(str(here / 'hooks.py'))}\n" + (here / "schemathesis.toml").read_text()
    config.write_text(whole + shop.configuration(who))
    program = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(config), "run", "--no-color"]
    program += [f"{shop.url}/api/openapi.json", *options]
    told = {
        "FUZZ_URL": shop.url,
        "FUZZ_TOKEN": shop.tokens[who],
        "FUZZ_PRODUCTS": json.dumps(shop.known.get("productId", [])),
    }
    told = os.environ | told
    # Without check: what it found is told in what it says.
    ran = subprocess.run(program, cwd=work, env=told, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return ran.returncode == 0, ran.stdout


def count(pattern, told):
    found = re.search(pattern, told)
    return int(found[1]) if found else 0


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("mode", choices=list(BUDGETS))
    asked.add_argument("--url", required=True)
    asked.add_argument("--work", required=True, type=Path, help="a folder for the configurations")
    asked.add_argument("--seed", type=int, default=random.randrange(2**32))
    asked.add_argument("--only", choices=ACCOUNTS, help="one account alone")
    asked, more = asked.parse_known_args()

    print(f"Drawn with --seed {asked.seed}", flush=True)
    random.seed(asked.seed)
    shop = Shop(asked.url)
    shop.prepare()
    bad = []
    for who in [asked.only] if asked.only else ACCOUNTS:
        began = time.monotonic()
        well, told = fuzz(shop, who, asked.work, ["--seed", str(asked.seed), *BUDGETS[asked.mode], *more])
        tested = count(r"Tested: (\d+)", told)
        # Whatever ends the run early, no operation goes unasked.
        well = well and tested > 0 and tested == count(r"Selected: (\d+)", told)
        if not well or asked.mode == "long":
            print(told)
        if not well:
            bad.append(who)
        times = count(r"(\d+) generated", told)
        print(f"as {who}: {tested} operations, asked {times} times in {time.monotonic() - began:.0f} s", flush=True)
    if bad:
        sys.exit(f"Not as documented, as {', '.join(bad)}. The same again: --seed {asked.seed}")


if __name__ == "__main__":
    main()
