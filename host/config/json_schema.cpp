#include "host/config/json_schema.h"

#include <vector>

namespace kato {
namespace {

constexpr int kMaxReferences = 16;
constexpr size_t kMaxSchemaDepth = 64;
constexpr size_t kMaxSchemaParts = 20'000;

// Follows "$ref" within the schema.
const Json* resolved(const Json& root, const Json* schema) {
  for (int i = 0; i < kMaxReferences && schema != nullptr && schema->is_object(); ++i) {
    const auto reference = schema->find("$ref");
    if (reference == schema->end() || !reference->is_string()) break;
    const auto text = reference->get<std::string>();
    schema = text.starts_with('#') ? json_at(root, text.substr(1)) : nullptr;
  }
  return schema != nullptr && schema->is_object() ? schema : nullptr;
}

// Walks a schema as the validator will, references followed: it would recurse without end where
// they form a circle, and overrun its stack where they nest too deep.
class SchemaWalk {
 public:
  explicit SchemaWalk(const Json& root) : root_(root) {}

  Status check(const Json& schema, size_t depth = 0) {
    if (depth > kMaxSchemaDepth || ++visited_ > kMaxSchemaParts) {
      return fail(ErrorCode::kPlugin, "its schema is too deep, too large, or refers to itself");
    }
    if (const auto* const reference = json_member(&schema, "$ref")) {
      const Json* const target = resolved(root_, &schema);
      if (!reference->is_string() || target == nullptr) {
        return fail(ErrorCode::kPlugin, "its schema refers to something that is not in it");
      }
      return check(*target, depth + 1);
    }
    if (!schema.is_structured()) return {};
    for (const auto& part : schema) {
      if (auto checked = check(part, depth + 1); !checked) return checked;
    }
    return {};
  }

 private:
  const Json& root_;
  size_t visited_ = 0;
};

}  // namespace

const Json* json_at(const Json& document, const std::string& pointer) {
  const Json::json_pointer path(pointer);
  return document.contains(path) ? &document.at(path) : nullptr;
}

const Json* json_member(const Json* object, const char* key) {
  if (object == nullptr || !object->is_object()) return nullptr;
  const auto found = object->find(key);
  return found == object->end() ? nullptr : &*found;
}

const Json* schema_at(const Json& root, const std::string& pointer) {
  const Json* schema = resolved(root, &root);
  Json::json_pointer path(pointer);
  std::vector<std::string> steps;
  for (; !path.empty(); path.pop_back()) {
    steps.push_back(path.back());
  }
  for (auto step = steps.rbegin(); step != steps.rend() && schema != nullptr; ++step) {
    const Json* next = nullptr;
    if (const auto* const properties = json_member(schema, "properties")) {
      next = json_member(properties, step->c_str());
    }
    if (next == nullptr) next = json_member(schema, "items");
    if (next == nullptr) next = json_member(schema, "additionalProperties");
    schema = resolved(root, next);
  }
  return schema;
}

Status check_schema(const Json& schema) {
  return SchemaWalk(schema).check(schema);
}

}  // namespace kato
