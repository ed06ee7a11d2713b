#include "host/config/options_schema.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/base/nearest.h"
#include "host/base/utf8.h"
#include "host/config/json_schema.h"
#include "host/config/source_map.h"

namespace kato {
namespace {

constexpr size_t kMaxMatchedBytes = 1024;
constexpr size_t kShownBytes = 60;

// The validator says these of every value around one that is wrong.
constexpr std::string_view kEchoes[] = {"Failed to validate against schema associated with",
                                        "Failed to validate against additional properties",
                                        "Failed to validate item #"};
constexpr std::string_view kUnknownMember = "Object contains a property that could not";
constexpr std::string_view kMissingMember = "Missing required property '";

// "[name]" -> "name".
std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (const std::string_view step : context) {
    if (step.size() < 2 || !step.starts_with('[')) continue;
    pointer = child_pointer(pointer, step.substr(1, step.size() - 2));
  }
  return pointer;
}

std::string shown(const Json& value) {
  auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= kShownBytes) return text;
  return std::string(utf8_prefix(text, kShownBytes)) + "...";
}

std::string type_in_words(const Json& type) {
  if (type.is_array()) {
    std::string text;
    for (const auto& one : type) {
      text += (text.empty() ? "" : " or ") + type_in_words(one);
    }
    return text;
  }
  if (type == "boolean") return "true or false";
  if (type == "string") return "text";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  if (type == "array") return "a list";
  if (type == "object") return "a map";
  if (type == "null") return "null";
  return "something else";
}

std::string last_step(const std::string& pointer) {
  return pointer.empty() ? "options" : Json::json_pointer(pointer).back();
}

std::vector<std::string> texts_of(const Json& list) {
  std::vector<std::string> texts;
  for (const auto& item : list) {
    texts.push_back(item.is_string() ? item.get<std::string>() : shown(item));
  }
  return texts;
}

class Describer {
 public:
  Describer(const Json& options, const Json& schema) : options_(options), schema_(schema) {}

  std::vector<OptionsProblem> take() { return std::move(problems_); }

  void add(const std::string& pointer, const std::string& description) {
    const bool echo = std::ranges::any_of(
        kEchoes, [&](std::string_view begin) { return description.starts_with(begin); });
    if (echo) return;
    if (description.starts_with(kUnknownMember)) {
      unknown_members(pointer);
    } else if (description.starts_with(kMissingMember)) {
      missing_member(pointer, description);
    } else {
      value(pointer, description);
    }
  }

 private:
  // One problem for each place: the first one says it best.
  void report(const std::string& pointer, std::string what, std::string remedy) {
    if (!seen_.insert(pointer).second) return;
    problems_.push_back({pointer, std::move(what), std::move(remedy)});
  }

  void unknown_members(const std::string& pointer) {
    const Json* const value = json_at(options_, pointer);
    const Json* const known = json_member(schema_at(schema_, pointer), "properties");
    if (value == nullptr || !value->is_object()) return;
    std::vector<std::string_view> names;
    if (known != nullptr) {
      for (const auto& [name, unused] : known->items()) {
        names.push_back(name);
      }
    }
    for (const auto& [name, unused] : value->items()) {
      if (std::ranges::find(names, name) != names.end()) continue;
      const auto near = nearest(name, names);
      report(child_pointer(pointer, name), fmt::format("unknown option '{}'", name),
             near ? fmt::format("did you mean '{}'?", *near)
                  : fmt::format("remove it; known are: {}", fmt::join(names, ", ")));
    }
  }

  void missing_member(const std::string& pointer, std::string_view description) {
    const auto name = description.substr(kMissingMember.size());
    const auto end = name.rfind('\'');
    // Several may be missing in one place.
    const auto key = pointer + "\n" + std::string(description);
    if (!seen_.insert(key).second) return;
    problems_.push_back(
        {pointer, fmt::format("the option '{}' is missing", name.substr(0, end)), "add it"});
  }

  void value(const std::string& pointer, std::string description) {
    const Json* const found = json_at(options_, pointer);
    const Json* const schema = schema_at(schema_, pointer);
    const auto name = last_step(pointer);
    const auto is = found != nullptr ? shown(*found) : "missing";
    if (const auto* const allowed = json_member(schema, "enum")) {
      choice(pointer, texts_of(*allowed));
      return;
    }
    if (const auto* const type = json_member(schema, "type")) {
      if (description.contains("'type' constraint")) {
        report(pointer, fmt::format("'{}' must be {}, but is {}", name, type_in_words(*type), is),
               fmt::format("write {}", type_in_words(*type)));
        return;
      }
    }
    if (description.ends_with('.')) description.pop_back();
    if (description.contains("'pattern' constraint")) description = "this form is not allowed";
    const auto* const about = json_member(schema, "description");
    report(pointer, fmt::format("'{}' is {}: {}", name, is, description),
           about != nullptr && about->is_string() ? about->get<std::string>()
                                                  : std::string("change the value"));
  }

  void choice(const std::string& pointer, const std::vector<std::string>& allowed) {
    const Json* const found = json_at(options_, pointer);
    const std::vector<std::string_view> names(allowed.begin(), allowed.end());
    std::optional<std::string_view> near;
    if (found != nullptr && found->is_string()) near = nearest(found->get<std::string>(), names);
    report(pointer,
           fmt::format("'{}' must be one of {}, but is {}", last_step(pointer),
                       fmt::join(allowed, ", "), found != nullptr ? shown(*found) : "missing"),
           near ? fmt::format("did you mean '{}'?", *near) : "write one of these");
  }

  const Json& options_;
  const Json& schema_;
  std::set<std::string> seen_;
  std::vector<OptionsProblem> problems_;
};

// The pattern matcher of the standard library recurses for each character, about 1 KiB deep.
void find_long_texts(const Json& value, const std::string& pointer,
                     std::vector<OptionsProblem>& problems) {
  if (value.is_string() && value.get_ref<const std::string&>().size() > kMaxMatchedBytes) {
    problems.push_back(
        {pointer, fmt::format("the text is longer than {} bytes", kMaxMatchedBytes), "shorten it"});
  }
  if (!value.is_structured()) return;
  for (const auto& [key, item] : value.items()) {
    find_long_texts(item, child_pointer(pointer, key), problems);
  }
}

std::vector<OptionsProblem> validate(const Json& options, const Json& schema_json) {
  valijson::Schema schema;
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_json), schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  const valijson::adapters::NlohmannJsonAdapter target(options);
  if (validator.validate(schema, target, &results)) return {};
  Describer describer(options, schema_json);
  for (const auto& error : results) {
    describer.add(pointer_of(error.context), error.description);
  }
  auto problems = describer.take();
  if (problems.empty()) problems.push_back({"", "the options do not fit", "compare with the docs"});
  return problems;
}

}  // namespace

Result<std::vector<OptionsProblem>> check_options(std::string_view options_json,
                                                  std::string_view schema_json) {
  if (schema_json.empty()) schema_json = R"({"type":"object","additionalProperties":false})";
  const Json schema = Json::parse(schema_json, nullptr, false);
  if (!schema.is_object()) return fail(ErrorCode::kPlugin, "its schema is not a JSON object");
  const Json options = Json::parse(options_json, nullptr, false);
  if (options.is_discarded()) return fail(ErrorCode::kInvalid, "the options are not JSON");
  std::vector<OptionsProblem> problems;
  if (schema_json.contains("\"pattern")) find_long_texts(options, "", problems);
  if (!problems.empty()) return problems;
  try {
    if (const auto usable = check_schema(schema); !usable) return forward(usable);
    return validate(options, schema);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kPlugin, "its schema cannot be used: {}", error.what());
  }
}

}  // namespace kato
