#!/usr/bin/env python3
"""Runs a draw of Yakuba again from its transcript, after docs/lottery.md and without Yakuba's code.

usage: python3 lottery_check.py transcript.txt [commitment published before the draw]

Everything is computed again but the signature of drand, which needs a library for BLS12-381; `yakuba lottery verify` checks it, too.
"""
import hashlib
import sys


def sha256(data):
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()


def minutes(hours):
    return [int(part[:2]) * 60 + int(part[2:]) for part in hours.split("-")]


def value_of(source, proof):
    kind, *rest = proof.split(" ")
    if kind == "drand" and source.split(" ")[0] in ("drand", "shares"):
        return sha256(bytes.fromhex(rest[0]))
    if kind == "shares" and source.split(" ")[0] == "shares":
        hashes = source.split(" ")[2:]
        assert [sha256(bytes.fromhex(secret)) for secret in rest] == hashes, "a secret is not the one of its hash"
        return sha256("".join(secret + "\n" for secret in rest))
    if kind == "value" and source.split(" ")[0] == "value":
        return sha256(bytes.fromhex(rest[0]))
    raise AssertionError("the value is not of the kind that was fixed")


def transcript(text_of_list, proof):
    resources, taken, entries = {}, {}, []
    for line in text_of_list.splitlines():
        word, *rest = line.split(" ")
        if word == "source":
            source = line[len("source "):]
        elif word == "wins":
            most = int(rest[0])
        elif word == "step":
            step = int(rest[0])
        elif word == "resource":
            resources[rest[0]] = (int(rest[1]), int(rest[2]), rest[3] == "all", rest[4:])
        elif word == "taken":
            begin, end = minutes(rest[2])
            for at in range(begin // step, -(-end // step)):
                taken[rest[0], rest[1], at] = True
        elif word == "entry":
            entries.append((rest[0], int(rest[1]), rest[2].split(","), rest[3:]))
    commitment = sha256(text_of_list)
    seed = sha256(commitment + "\n" + value_of(source, proof))

    def free_fields(place, taken):
        """What a time would take, or None when it is not free."""
        key, day, hours = place.split("/")
        before, after, takes_all, units = resources[key]
        begin, end = minutes(hours)
        begin, end = max(begin - before, 0), min(end + after, 1440)
        found = []
        for unit in units:
            fields = [(unit, day, at) for at in range(begin // step, -(-end // step))]
            is_free = not any(field in taken for field in fields)
            if is_free and not takes_all:
                return fields
            if not is_free and takes_all:
                return None
            found += fields
        return found if takes_all else None

    order = sorted(
        min((sha256(f"{seed}/{number}/{ticket}"), ticket) for ticket in range(1, tickets + 1)) + (number, who, choices)
        for number, tickets, who, choices in entries
    )
    won = {}
    lines = []
    for place, (drawn, ticket, number, who, choices) in enumerate(order, 1):
        outcome = "full"
        if any(won.get(one, 0) >= most for one in who):
            outcome, choices = "limit", []
        for count, choice in enumerate(choices, 1):
            then = dict(taken)
            for wanted in choice.split("+"):
                fields = free_fields(wanted, then)
                if fields is None:
                    break
                then.update((field, True) for field in fields)
            else:
                taken = then
                outcome = f"won {count}"
                for one in who:
                    won[one] = won.get(one, 0) + 1
                break
        lines.append(f"{place} {number} {ticket} {drawn} {outcome}\n")
    return (
        f"yakuba-lottery-transcript/1\ncommitment {commitment}\nproof {proof}\nseed {seed}\n"
        f"list {len(text_of_list.splitlines())}\n{text_of_list}order {len(lines)}\n{''.join(lines)}end\n"
    )


def main():
    text = open(sys.argv[1], encoding="utf-8", newline="").read()
    head = text.split("\n", 5)
    count = int(head[4].removeprefix("list "))
    text_of_list = "".join(line + "\n" for line in head[5].split("\n")[:count])
    holds = transcript(text_of_list, head[2].removeprefix("proof ")) == text
    if len(sys.argv) > 2:
        holds = holds and sha256(text_of_list) == sys.argv[2]
    print("This draw holds." if holds else "This draw does not hold.")
    sys.exit(0 if holds else 3)


if __name__ == "__main__":
    main()
