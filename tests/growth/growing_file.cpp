#include "tests/growth/growing_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

#include "plugins/jsonlog/json.h"

namespace kato::test {
namespace {

using jsonlog::Json;
using jsonlog::JsonError;
using jsonlog::Value;
using testkit::Seeded;

enum class Habit : uint8_t { kRecordByRecord, kBatches, kAnywhere };
constexpr uint64_t kHabits = 3;
constexpr uint64_t kLargestBatch = 13;

std::vector<size_t> ends_of_records(std::string_view log) {
  std::vector<size_t> ends;
  for (size_t at = log.find('\n'); at != std::string_view::npos; at = log.find('\n', at + 1)) {
    ends.push_back(at + 1);
  }
  return ends;
}

std::set<size_t> cuts_of(std::string_view log, Seeded& random) {
  const auto habit = static_cast<Habit>(random.below(kHabits));
  const auto ends = ends_of_records(log);
  std::set<size_t> cuts;
  for (size_t i = 0; i < ends.size(); i += 1) {
    cuts.insert(ends[i]);
    if (habit == Habit::kBatches) i += random.below(kLargestBatch);
    // Also several writes for one record.
    for (uint64_t n = habit == Habit::kAnywhere ? random.below(4) : 0; n > 0; --n) {
      cuts.insert(random.below(log.size()));
    }
  }
  return cuts;
}

template <class Container>
void thin_out(Container& values, size_t most, Seeded& random) {
  if (values.size() <= most) return;
  const uint64_t keep_one_in = values.size() / most + 1;
  std::erase_if(values, [&](const auto&) { return !random.one_in(keep_one_in); });
}

std::deque<Moment> appended(std::string_view log, size_t most, Seeded& random) {
  auto cuts = cuts_of(log, random);
  thin_out(cuts, most, random);
  cuts.insert(log.size());
  std::deque<Moment> moments;
  if (random.one_in(2)) moments.push_back({});
  size_t at = 0;
  for (const size_t cut : cuts) {
    if (cut == at && at != 0) continue;
    moments.push_back({Stroke::kAppend, std::string(log.substr(at, cut - at)), false});
    at = cut;
  }
  return moments;
}

// The list of a document's items: the longest one at its root.
Value items_of(const Json& json) {
  Value longest;
  for (const auto& [key, value] : json.root().members()) {
    if (value.is_array() && value.bytes().size() > longest.bytes().size()) longest = value;
  }
  return longest;
}

// The item without its last member that is a list: what came later.
std::optional<std::string> unfinished(Value item) {
  const auto bytes = item.bytes();
  std::optional<std::string> shorter;
  for (const auto& [key, value] : item.members()) {
    if (!value.is_array() || key == "content") continue;
    const auto comma = bytes.rfind(',', static_cast<size_t>(key.data() - bytes.data()));
    if (comma == std::string_view::npos) continue;
    const auto end = value.offset() - item.offset() + value.bytes().size();
    shorter = std::string(bytes.substr(0, comma)) + std::string(bytes.substr(end));
  }
  return shorter;
}

std::vector<std::string> versions_of(std::string_view log, Seeded& random) {
  Json json;
  if (json.parse(log) != JsonError::kNone) return {};
  const Value items = items_of(json);
  if (!items.is_array()) return {};
  const auto rest = log.substr(items.offset() + items.bytes().size() - 1);
  std::vector<std::string> versions = {std::string(log.substr(0, items.offset() + 1))};
  versions.back() += rest;
  for (const Value item : items.items()) {
    const auto before = std::string(log.substr(0, item.offset()));
    const auto shorter = random.one_in(2) ? unfinished(item) : std::nullopt;
    if (shorter) versions.push_back(before + *shorter + std::string(rest));
    versions.push_back(before + std::string(item.bytes()) + std::string(rest));
  }
  return versions;
}

std::deque<Moment> rewritten(std::string_view log, size_t most, Seeded& random) {
  auto versions = versions_of(log, random);
  thin_out(versions, most, random);
  versions.emplace_back(log);
  const auto stroke = random.one_in(2) ? Stroke::kReplace : Stroke::kRewrite;
  std::deque<Moment> moments;
  for (auto& version : versions) {
    if (stroke == Stroke::kRewrite && random.one_in(3)) {
      const size_t half = random.below(version.size());
      moments.push_back({stroke, version.substr(0, half), true});
      moments.push_back({Stroke::kAppend, version.substr(half), false});
    } else {
      moments.push_back({stroke, std::move(version), false});
    }
  }
  return moments;
}

void write_file(const std::string& path, std::string_view bytes, std::ios::openmode mode) {
  std::ofstream out(path, std::ios::binary | mode);
  out << bytes;
  if (!out.flush()) throw std::runtime_error("write " + path + ": failed");
}

}  // namespace

void strike(const std::string& path, const Moment& moment) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  if (moment.stroke == Stroke::kAppend) {
    write_file(path, moment.bytes, std::ios::app);
  } else if (moment.stroke == Stroke::kRewrite) {
    write_file(path, moment.bytes, std::ios::trunc);
  } else {
    write_file(path + ".tmp", moment.bytes, std::ios::trunc);
    std::filesystem::rename(path + ".tmp", path);
  }
}

std::deque<Moment> moments_of(std::string_view log, kato_growth growth, size_t most,
                              Seeded& random) {
  return growth == KATO_GROWTH_DOCUMENT ? rewritten(log, most, random)
                                        : appended(log, most, random);
}

}  // namespace kato::test
