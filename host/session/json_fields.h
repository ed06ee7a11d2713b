// Reads the members of a JSON object of a state file, strictly: what is missing, of a wrong type or
// unknown is an error that says where. A new member therefore needs a new schema version.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/base/clock.h"
#include "host/base/error.h"
#include "host/base/hash.h"

namespace kato {

enum class Need : uint8_t { kMust, kMay };

// The first thing that is wrong is kept until finish(); what is read after it means nothing. A
// member that may be missing leaves `out` alone.
class JsonFields {
 public:
  // Both must outlive this. where: "sources[2]", for messages; empty at the top.
  JsonFields(const nlohmann::json& object, std::string where);

  void text(std::string_view name, std::string& out, Need need = Need::kMay);
  void number(std::string_view name, uint64_t& out, Need need = Need::kMay);
  void number(std::string_view name, uint32_t& out, Need need = Need::kMay);
  void number(std::string_view name, int64_t& out, Need need = Need::kMay);
  void flag(std::string_view name, bool& out);
  void hex(std::string_view name, uint64_t& out, Need need = Need::kMay);
  void hex(std::string_view name, std::optional<Hash128>& out);
  void hex(std::string_view name, Hash128& out, Need need = Need::kMust);
  void base64(std::string_view name, std::string& out);
  void path(std::string_view name, std::string& out, Need need = Need::kMay);
  void time(std::string_view name, std::optional<UnixMillis>& out);
  // Whatever it is, as one line of JSON.
  void raw(std::string_view name, std::string& out);
  // A text of a known set: parse gives std::optional<T> for it.
  template <class T, class Parse>
  void one_of(std::string_view name, T& out, Parse&& parse, Need need = Need::kMay) {
    const auto* const value = find(name, need);
    if (value == nullptr) return;
    const auto* const word = value->get_ptr<const std::string*>();
    const auto parsed = word == nullptr ? std::nullopt : parse(std::string_view(*word));
    if (!parsed) return complain(name, "unknown value " + value->dump());
    out = *parsed;
  }

  // Calls take(fields) for the object of that name; take need not call finish().
  using Take = std::function<void(JsonFields& fields)>;
  void object(std::string_view name, const Take& take, Need need = Need::kMay);
  // For each object of an array.
  void each(std::string_view name, const Take& take);
  // For what has a reader of its own.
  using Read = std::function<Status(const nlohmann::json& value, const std::string& where)>;
  void with(std::string_view name, const Read& read);

  // Reads "schemaVersion". kUnsupported: it is not `known`. kInvalid: there is none.
  [[nodiscard]] Status schema_version(uint32_t known);

  [[nodiscard]] bool has(std::string_view name) const { return object_.contains(name); }
  void complain(std::string_view name, std::string_view what);
  // The first thing that was wrong so far.
  [[nodiscard]] const Status& first() const noexcept { return first_; }
  // kInvalid: the first thing that was wrong, or a member that nobody asked for.
  [[nodiscard]] Status finish();

 private:
  [[nodiscard]] const nlohmann::json* find(std::string_view name, Need need);
  [[nodiscard]] std::string where(std::string_view name) const;
  template <class T>
  void unsigned_number(std::string_view name, T& out, Need need);
  void take_object(const nlohmann::json& object, std::string at, const Take& take);

  const nlohmann::json& object_;
  std::string where_;
  std::vector<std::string_view> asked_;
  Status first_;
};

[[nodiscard]] std::optional<uint64_t> hex64_of(std::string_view text) noexcept;
[[nodiscard]] std::optional<Hash128> hex128_of(std::string_view text) noexcept;

// A path is bytes, JSON is UTF-8: a path that is not UTF-8 is written in base64 behind a prefix
// that no absolute path has.
[[nodiscard]] std::string json_text_of_path(const std::string& path);
[[nodiscard]] std::optional<std::string> path_of_json_text(const std::string& text);

// A whole state file. kInvalid: it is not one JSON value.
[[nodiscard]] Result<nlohmann::json> parse_state_json(std::string_view text);

}  // namespace kato
