"""The page that documents the API, read from its own OpenAPI document: what each route takes, answers and costs."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

Schema = Mapping[str, Any]
METHODS: Final = ("get", "post", "put", "patch", "delete")
SHOWN: Final = 3  # fields of an example where none is mandatory
SAMPLES: Final = {"integer": 1, "number": 1000.5, "boolean": True, "array": [], "object": {}}
SOME_ID: Final = "01a2177d-3c1e-7d52-9c4f-5f0a6b1c2d3e"


def sections(document: Schema, base: str) -> list[dict[str, Any]]:
    """The operations by tag, in the order of the document. `base` is where the API is, as programs call it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method in (method for method in METHODS if method in operations):
            one = _Operation(document, base, method, path, operations[method])
            found.setdefault(operations[method]["tags"][0], []).append(one.context())
    return [{"name": tag, "id": tag.lower(), "operations": operations} for tag, operations in found.items()]


class _Operation:
    def __init__(self, document: Schema, base: str, method: str, path: str, told: Schema) -> None:
        self.schemas, self.base, self.method, self.told = document["components"]["schemas"], base, method, told
        self.path = path.removeprefix("/api/v1")
        content = told.get("requestBody", {}).get("content", {})
        self.is_upload = "multipart/form-data" in content
        self.body = self._resolved(next(iter(content.values()))["schema"]) if content else {}

    def context(self) -> dict[str, Any]:
        return {
            "id": self.told["operationId"].replace("_api_", "-").replace("_", "-"),
            "method": self.method.upper(),
            "path": self.path,
            "summary": self.told["summary"],
            "description": self.told.get("description", ""),
            "scope": self.told["security"][0]["ApiKey"][0],
            "parameters": self._parameters(),
            "answers": [(status, HTTPStatus(int(status)).phrase) for status in self.told["responses"]],
            "curl": self._curl(),
            "python": self._python(),
        }

    def _parameters(self) -> list[dict[str, Any]]:
        """What it takes, wherever: in the address, behind the question mark, in the body."""
        inside = [(one["name"], one["in"], one["schema"], one["required"]) for one in self.told.get("parameters", [])]
        mandatory = self.body.get("required", ())
        body = [(name, "body", told, name in mandatory) for name, told in self.body.get("properties", {}).items()]
        return [
            {
                "name": name,
                "where": where,
                "kind": self._kind(told),
                "is_mandatory": required,
                "help": told.get("description", ""),
            }
            for name, where, told, required in [*inside, *body]
        ]

    def _resolved(self, schema: Schema) -> Schema:
        """Behind a reference, and what it is when it isn't null."""
        if "$ref" in schema:
            found: Schema = self.schemas[schema["$ref"].rpartition("/")[2]]
            return found
        several = [*schema.get("anyOf", ()), *schema.get("allOf", ())]
        choices = [choice for choice in several if choice.get("type") != "null"]
        return self._resolved(choices[0]) if choices else schema

    def _kind(self, schema: Schema) -> str:
        found = self._resolved(schema)
        if "enum" in found:
            return " | ".join(map(str, found["enum"]))
        if found.get("type") == "array":
            return f"list of {self._kind(found['items'])}"
        return str(found.get("format") or found.get("type") or found.get("title", "value"))

    def _sample(self, schema: Schema) -> Any:
        if schema.get("examples"):
            return schema["examples"][0]
        found = self._resolved(schema)
        if "enum" in found:
            return found["enum"][0]
        if found.get("type") == "array":
            return [self._sample(found["items"])]
        if "properties" in found:
            return self._object(found)
        return SOME_ID if found.get("format") == "uuid" else SAMPLES.get(found.get("type", ""), "…")

    def _object(self, schema: Schema) -> dict[str, Any]:
        if "example" in schema:
            return dict(schema["example"])
        fields = schema["properties"]
        wanted = schema.get("required") or list(fields)[:SHOWN]
        return {name: self._sample(fields[name]) for name in wanted}

    @property
    def _address(self) -> str:
        path = self.path
        for one in self.told.get("parameters", []):
            path = path.replace(f"{{{one['name']}}}", str(self._sample(one["schema"])))
        return self.base + path

    def _curl(self) -> str:
        lines = [f"curl -X {self.method.upper()} {self._address}", '-H "Authorization: Bearer $CLOUDBROKER_KEY"']
        if self.is_upload:
            lines.append("-F file=@customers.csv")
        elif self.body:
            lines += ['-H "Content-Type: application/json"', f"-d '{self._written()}'"]
        return " \\\n  ".join(lines)

    def _python(self) -> str:
        given = {"files": '{"file": open("customers.csv", "rb")}'} if self.is_upload else {}
        given |= {"json": repr(self._object(self.body))} if self.body and not self.is_upload else {}
        more = "".join(f"    {name}={value},\n" for name, value in given.items())
        return (
            "import os, requests\n\n"
            f"answer = requests.{self.method}(\n"
            f'    "{self._address}",\n'
            '    headers={"Authorization": f"Bearer {os.environ[\'CLOUDBROKER_KEY\']}"},\n'
            f"{more}    timeout=30,\n)\nanswer.raise_for_status()"
        )

    def _written(self) -> str:
        return json.dumps(self._object(self.body), ensure_ascii=False)
