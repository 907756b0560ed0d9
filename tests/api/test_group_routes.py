"""Groups by API: made, changed, filled, emptied, deleted; each seen only by who may see it."""

import pytest
from support.cast import customer
from support.programs import program

pytestmark = pytest.mark.django_db


def test_a_group_lives_and_ends(cast):
    erp = program(cast)
    made = erp.post("groups", {"name": "  Benelux ", "description": "NL, BE, LU"})
    assert (made.status_code, made.json()["name"], made["ETag"]) == (201, "Benelux", '"1"')
    place = f"groups/{made.json()['id']}"
    changed = erp.patch(place, {"name": "Benelux & Co"}, If_Match='"1"')
    assert (changed.json()["name"], changed.json()["description"]) == ("Benelux & Co", "NL, BE, LU")
    assert erp.patch(place, {"name": "Late"}, If_Match='"1"').status_code == 412
    assert erp.get(place).json() == changed.json()
    assert "Benelux & Co" in {group["name"] for group in erp.get("groups").json()["items"]}
    assert erp.delete(place, If_Match='"1"').status_code == 412
    assert erp.delete(place).status_code == 204
    assert erp.get(place).status_code == 404


def test_members_come_and_go_and_are_asked_for_by_group(cast):
    erp = program(cast)
    acme = erp.post("organizations", customer("Acme")).json()["id"]
    place = f"groups/{cast.dach.public_id}/members/{acme}"
    listed = f"organizations?group={cast.dach.public_id}"
    for status, count in ((204, 1), (204, 1)):
        assert (erp.put(place).status_code, len(erp.get(listed).json()["items"])) == (status, count)
    assert erp.get(f"organizations/{acme}").json()["groups"] == [str(cast.dach.public_id)]
    for status, count in ((204, 0), (204, 0)):
        assert (erp.delete(place).status_code, len(erp.get(listed).json()["items"])) == (status, count)
    assert erp.get(f"organizations/{acme}").status_code == 200


def test_an_archived_organization_joins_nothing(cast):
    erp = program(cast)
    acme = erp.post("organizations", customer("Acme")).json()["id"]
    erp.delete(f"organizations/{acme}")
    assert erp.put(f"groups/{cast.dach.public_id}/members/{acme}").status_code == 409


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"name": ""}, 422, "invalid", "name"),
        ({"name": "dach"}, 409, "taken", "name"),
        ({"name": "dach", "description": "a\u0007"}, 422, "invalid", "description"),
        ({"name": "A\u0000"}, 422, "invalid", "name"),
        ({"nmae": "x"}, 422, "invalid", "nmae"),
    ],
)
def test_a_name_that_is_missing_taken_or_broken_is_told(cast, body, status, code, field):
    erp = program(cast)
    answer = erp.post("groups", {"name": "x"} | body)
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (status, code, [field])
    assert len(erp.get("groups").json()["items"]) == 2
    assert erp.patch(f"groups/{cast.nordics.public_id}", body).status_code == status


def test_a_bound_key_sees_its_own_group_and_changes_none(cast):
    erp = program(cast, "sales_agent")
    assert [group["name"] for group in erp.get("groups").json()["items"]] == ["Nordics"]
    assert erp.post("groups", {"name": "Mine"}).status_code == 403
    assert erp.get(f"groups/{cast.dach.public_id}").status_code == 404
    assert erp.patch(f"groups/{cast.nordics.public_id}", {"name": "x"}).status_code == 403
