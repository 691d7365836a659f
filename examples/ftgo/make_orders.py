#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Writes 1,000 lines for the food delivery: orders, orders that will be refused, and lines that are no orders.

  ./make_orders.py > orders.jsonl

The same lines every time, with every version of Python.
"""
import json
import sys

MENUS = {
    "Rosa": {"margherita": 950, "calzone": 1150, "tiramisu": 550},
    "Spice Route": {"dal": 890, "biryani": 1290, "naan": 300, "lassi": 350},
    "Green Bowl": {"falafel": 780, "soup": 560, "salad": 640},
}
CLOSED = {"Night Owl": {"burger": 1050, "fries": 390}}
CONSUMERS = ["ada", "bela", "chen", "dana", "emil", "fatma", "grace", "hugo"]
ZONES = ["center", "center", "north", "south", "harbour"]
NOTES = ["no onions", "ring twice", "für Großmutter", "お箸をください", "say \"hi\"\n"]

state = 2026


def roll(n):
    """A number from 0 to n - 1."""
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % n


def pick(choices):
    return list(choices)[roll(len(choices))]


def order():
    restaurant = pick(MENUS)
    dishes = [pick(MENUS[restaurant]) for _ in range(1 + roll(3))]
    made = {
        "consumer": pick(CONSUMERS),
        "restaurant": restaurant,
        "items": [{"dish": d, "quantity": 1 + roll(2), "price": MENUS[restaurant][d]} for d in dishes],
        "zone": pick(ZONES),
        "card": f"4000-{1000 + roll(9000)}",
    }
    if roll(8) == 0:
        made["note"] = pick(NOTES)  # nobody reads it: unknown names are skipped
    return made


def to_be_refused(kind):
    made = order()
    if kind == 0:
        made["consumer"] = "mallory"
    elif kind == 1:
        made["items"][0]["quantity"] = 50
    elif kind == 2:
        made["restaurant"] = "Night Owl"
        made["items"] = [{"dish": d, "quantity": 1, "price": p} for d, p in CLOSED["Night Owl"].items()]
    elif kind == 3:
        made["items"][-1]["dish"] = "sushi"
    elif kind == 4:
        made["card"] = pick(["4000-0002", "4000-9995"])
    elif kind == 5:
        made["zone"] = "lighthouse"
    elif kind == 6:
        made["items"] = []
    return made


def text_of(made):
    return json.dumps(made, ensure_ascii=roll(2) == 0, separators=(",", ":")).encode()


def no_order(kind):
    made = order()
    first = made["items"][0]
    if kind == 0:
        return text_of(made)[:-20]
    elif kind == 1:
        del made["consumer"]
    elif kind == 2:
        first["price"] = "cheap"
    elif kind == 3:
        first["quantity"] = 0
    elif kind == 4:
        made["items"][-1]["quantity"] = 51
    elif kind == 5:
        made["zone"] = None
    elif kind == 6:
        return text_of(made).replace(made["zone"].encode(), b"caf\xe9")
    elif kind == 7:
        return b"two pizzas, please"
    elif kind == 8:
        return text_of(made) + b"," + text_of(made)
    elif kind == 9:
        first["price"] = -100
    elif kind == 10:
        return text_of([made])
    elif kind == 11:
        first["price"] = 9.5
    return text_of(made)


def main():
    lines = []
    for number in range(1, 1001):
        if number % 29 == 17:
            lines.append(no_order((number // 29) % 12))
        elif roll(7) == 0:
            lines.append(text_of(to_be_refused(roll(7))))
        else:
            lines.append(text_of(order()))
    sys.stdout.buffer.write(b"\n".join(lines) + b"\n")


if __name__ == "__main__":
    main()
