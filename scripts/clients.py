"""What real clients of open data see of a running city: CKAN's `ckanapi`, OWSLib and Apache Arrow. Prints what it did; ends with 1 on the first thing
that is not as these clients expect it.

usage: clients.py http://127.0.0.1:PORT
"""

import csv
import io
import json
import sys
import urllib.request

import pyarrow.parquet
from ckanapi import NotFound, RemoteCKAN
from ckanapi.errors import CKANAPIError
from owslib.ogcapi.features import Features


def check(is_so: bool, what: str) -> None:
    print(("ok: " if is_so else "NOT SO: ") + what)
    if not is_so:
        sys.exit(1)


def catalogue(address: str, only_get: bool) -> None:
    with RemoteCKAN(address, get_only=only_get, user_agent="yakuba-clients/1") as ckan:
        how = "GET" if only_get else "POST"
        status = ckan.action.status_show()
        check("datastore" in status["extensions"], f"{how} status_show")
        names = ckan.action.package_list()
        check(len(names) >= 12, f"{how} package_list: {len(names)} packages")
        found = ckan.action.package_search(q="AED", rows=5)
        check(found["count"] >= 1, f"{how} package_search q=AED: {found['count']}")
        inside = ckan.action.package_search(q="第一小学校")
        check(inside["count"] >= 1, f"{how} package_search finds what is in the cells")
        groups = ckan.action.group_list()
        organisations = ckan.action.organization_list(all_fields=True)
        check(bool(groups) and bool(organisations), f"{how} group_list, organization_list")
        package = ckan.action.package_show(id="aed")
        check(package["title"].startswith("AED"), f"{how} package_show aed")
        resource = next(one for one in package["resources"] if one["format"] == "CSV")
        shown = ckan.action.resource_show(id=resource["id"])
        check(shown["url"] == resource["url"], f"{how} resource_show")
        rows = ckan.action.datastore_search(resource_id=resource["id"], limit=3)
        check(len(rows["records"]) == 3 and rows["total"] > 3, f"{how} datastore_search: {rows['total']} rows")
        first = rows["records"][0]
        filters = {"名称": first["名称"]}
        # In an address the client leaves objects to its user, as with CKAN itself.
        narrowed = ckan.action.datastore_search(resource_id=resource["id"], filters=json.dumps(filters) if only_get else filters)
        check(narrowed["total"] >= 1, f"{how} datastore_search with filters")
        try:
            ckan.action.package_show(id="no-such-package")
            check(False, f"{how} a package that is not there is not found")
        except NotFound:
            check(True, f"{how} a package that is not there is not found")
        try:
            ckan.action.package_search(fq="no_such_field:x")
            check(False, f"{how} an unknown field is refused")
        except CKANAPIError:
            check(True, f"{how} an unknown field is refused")


def features(address: str) -> None:
    api = Features(f"{address}/api/ogc/")
    check(bool(api.conformance()["conformsTo"]), "OGC API Features: conformance")
    collections = api.feature_collections()
    check("shelters" in collections, f"OGC API Features: {len(collections)} collections")
    items = api.collection_items("shelters", limit=5)
    check(len(items["features"]) == 5, f"OGC API Features: items of shelters, {items['numberMatched']} in all")
    one = items["features"][0]
    again = api.collection_item("shelters", str(one["id"]))
    check(again["geometry"] == one["geometry"], "OGC API Features: one item")
    east, north = one["geometry"]["coordinates"][:2]
    around = [east - 0.001, north - 0.001, east + 0.001, north + 0.001]
    near = api.collection_items("shelters", bbox=around)
    check(any(found["id"] == one["id"] for found in near["features"]), "OGC API Features: items in a box")


def parquet(address: str) -> None:
    """The same rows and types in Parquet as in CSV, read by Apache Arrow."""
    for key in ("aed", "population"):
        with RemoteCKAN(address, get_only=True, user_agent="yakuba-clients/1") as ckan:
            resources = {one["format"].upper(): one for one in ckan.action.package_show(id=key)["resources"]}
        check("PARQUET" in resources and "CSV" in resources, f"Parquet of {key} is a resource")
        with urllib.request.urlopen(resources["CSV"]["url"]) as answer:
            rows = list(csv.reader(io.StringIO(answer.read().decode("utf-8-sig"))))
        with urllib.request.urlopen(resources["PARQUET"]["url"]) as answer:
            table = pyarrow.parquet.read_table(io.BytesIO(answer.read()))
        header, rows = rows[0], rows[1:]
        check(table.column_names == header, f"Parquet of {key}: {len(header)} columns")
        check(table.num_rows == len(rows) > 0, f"Parquet of {key}: {table.num_rows} rows")
        kinds = sorted({str(field.type) for field in table.schema})
        for at, name in enumerate(header):
            for cell, row in zip(table.column(name).to_pylist(), rows):
                text = row[at]
                same = text == "" if cell is None else str(cell) == text or (not isinstance(cell, str) and float(cell) == float(text))
                if not same:
                    check(False, f"Parquet of {key}: {name} is {cell!r} and not {text!r}")
        check(True, f"Parquet of {key}: every cell as in the CSV ({', '.join(kinds)})")


if __name__ == "__main__":
    base = sys.argv[1].rstrip("/")
    for only_get in (False, True):
        catalogue(base, only_get)
    features(base)
    parquet(base)
