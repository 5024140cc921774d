"""Briefs such as clients really send them: short, long, shouted, listed, quoted, in the first person, half a sentence.

`odd(number)` is always the same brief for the same number.
"""

from __future__ import annotations

import random
from typing import Any

PRODUCTS = (
    "Larkspur, a booking calendar for repair shops that fills free hours by itself. It costs 19 euros a month.",
    "O'Neill's & Sons Hardware",
    "Mother's Finest Extra Long Sourdough Starter Kit with Rye, Spelt and Patience Edition 2026, a kit for bakers",
    "iPod-style audio guide",
    "The Umbrella Co. subscription",
    "hourly bus tours of Ghent",
    "an unusual hotel by the sea",
    "AT&T-compatible router; plugs in and works",
    "Grüner Tee No. 5, organic tea. Hand-picked in spring.",
    "We bake bread for offices.",
    "FLASH SALE on winter boots",
    "X",
    "Pflege+ (app)",
    "One-Pot Dinners, recipe cards that fit a week",
    "The Riverside Food Bank needs drivers on Mondays",
    "Is your roof ready? RoofCheck tells you.",
)
AUDIENCES = (
    "", "everyone", "Owners who still book by phone", "people like you and me", "Parents of toddlers (0-3)",
    "Engineers, designers and product managers in mid-sized firms who need to ship faster but cannot hire",
    "anyone without a car", "SMEs", "Gen Z", "Students who have never cooked", "Nurses looking for a new job!",
    "Hour-long commuters who hate waiting",
)  # fmt: skip
OBJECTIVES = (
    "", "Sell more.", "Win 500 trial sign-ups by 30 June!", "Raise awareness of the brand", "GET PEOPLE TO BUY NOW",
    "Get residents to book an eye test in May", "Raise 5,000 euros for a new roof", "Hire 3 engineers",
    "More followers on Instagram", "Encourage users to upgrade", "Fill the hall", "Open 200 accounts",
)  # fmt: skip
MESSAGES = (
    "FREE DELIVERY ON ALL ORDERS!", "Ready in 5 minutes!", "See https://example.com/terms for terms",
    "Voted “best newcomer” by our readers", "We love what we do", "I started this shop in 1987", "Why wait?",
    "Fast, cheap and good - pick all three", "No contract, no fees, no fuss", "24/7 support", "100% cotton",
    "Opens at 9", "An hour is enough", "A one-off payment of 49 euros", "Easy", "Don't miss out!!!",
    "Our team answers within 2 hours; on weekends within 4.", "1) plan 2) cook 3) eat", "Saves up to 30% energy",
    "Available in S, M and L", "It's the only app that...", "You can cancel any time.", "Kids eat free on Sundays.",
    "Made in the EU", "Up to 40% lighter than before", "Contains nuts", "Ask for Anna", "New: now with oat milk",
    "Two people mount it in one hour", "A nurse looks at your skin and tells you what she sees", "…and much more",
    "every order plants a tree", "Tested by 1,000 users; 9 in 10 would buy again", "No MOQ", "“It just works.”",
    "Whether you run or walk, everyone gets a medal", "Best before 12/2027", "Works with iOS, Android & web",
    "The chef, who trained in Lyon, cooks in front of you", "Because your skin deserves it", "Price: 12.50 EUR",
)  # fmt: skip
TONES = ("", "warm", "playful, cheeky", "formal", "bold and loud", "plain", "professional yet fun", "zany", "URGENT!")
PLATFORMS = ("twitter", "linkedin", "instagram", "facebook", "threads")


def odd(number: int) -> dict[str, Any]:
    rng = random.Random(f"odd brief {number}")
    many = rng.choice((1, 1, 2, 3, 5, 8, 30))
    messages = rng.sample(MESSAGES, min(many, len(MESSAGES)))
    constraints: dict[str, Any] = {
        "max_words": rng.choice((None, None, None, 12, 45, 90, 300)),
        "prohibited_terms": rng.sample(("free", "best", "cheap", "order", "love"), rng.choice((0, 0, 1, 3))),
        "required_terms": rng.sample(("terms apply", "Larkspur", "made in Kent"), rng.choice((0, 0, 1, 2))),
        "disclaimers": rng.sample(("Prices include VAT.", "T&Cs apply", "18+ only!"), rng.choice((0, 1, 2))),
        "emoji": rng.choice(("", "none", "sparing", "free")),
        "required_hashtags": rng.sample(("#Spring26", "WeBake"), rng.choice((0, 1, 2))),
    }
    return {
        "schema": 1,
        "objective": rng.choice(OBJECTIVES),
        "audience": rng.choice(AUDIENCES),
        "product": rng.choice(PRODUCTS),
        "tone": rng.choice(TONES),
        "key_messages": messages,
        "constraints": constraints,
        "brand": {
            "name": rng.choice(("", "Nordway", "O'Neill's", "B&B", "the umbrella co.")),
            "adjectives": rng.choice(([], ["bold", "kind"])),
            "prefer": rng.choice(([], ["colleagues"], ["begin"])),
            "avoid": rng.choice(([], ["users -> people"], ["deal"])),
            "palette": rng.choice(([], ["#0B3D2E", "#E9DCC3"], ["#ffffff"], ["#000", "#111"])),
            "guidelines": rng.choice(("", "No exclamation marks. No questions.", "Short sentences.", "Never say we.")),
        },
        "platforms": rng.sample(PLATFORMS, rng.choice((1, 3, 5))),
        "link": rng.choice(("", "https://example.com/a?b=1", "https://larkspur.example/trial")),
        "language": "en",
    }
