// Finding one's way in a JSON Schema. Includes the whole of nlohmann/json: for .cpp files only.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "host/base/error.h"

namespace kato {

using Json = nlohmann::json;

// The value at a JSON pointer; NULL if there is none. Throws if the pointer is none.
[[nodiscard]] const Json* json_at(const Json& document, const std::string& pointer);
// NULL if `object` is NULL, no object, or has no such member.
[[nodiscard]] const Json* json_member(const Json* object, const char* key);

// The part of the schema that speaks of the value at the pointer, references followed; NULL if
// that is not plain.
[[nodiscard]] const Json* schema_at(const Json& schema, const std::string& pointer);

// Refuses what the validator would recurse into without end, or too deep for its stack: references
// that form a circle, too many parts, too many levels. Throws where a reference is malformed.
[[nodiscard]] Status check_schema(const Json& schema);

}  // namespace kato
