#include <algorithm>
#include <kato/testkit/drift_law.hpp>
#include <kato/testkit/json_edit.hpp>
#include <map>
#include <set>

namespace kato::testkit {
namespace {

using Run = ProviderDriver::Run;

constexpr uint64_t kSplitOneIn = 16;
constexpr size_t kMostTries = 20;  // until there is something to change
constexpr size_t kMaxCuts = 50;
constexpr size_t kMaxCutsOfDocuments = 3;

// One record replaced: what lies in [begin, end) of the source has become `now`.
struct Edit {
  uint64_t begin = 0;
  uint64_t end = 0;
  std::string now;
  std::string what;
  bool is_meaningless = false;

  [[nodiscard]] uint64_t end_now() const { return begin + now.size(); }
};

// The untouched part of a log: records by the offset that they have in the original.
struct View {
  const Transcript& said;
  uint64_t begin = 0;
  uint64_t end = 0;    // [begin, end) is touched
  uint64_t shift = 0;  // added to offsets behind it

  [[nodiscard]] bool touches(uint64_t offset) const { return offset >= begin && offset < end; }
  [[nodiscard]] uint64_t original(uint64_t offset) const {
    return offset < begin ? offset : offset + shift;
  }
};

bool is_speech(const HeardDraft& draft) {
  return draft.kind != KATO_PROVIDER_INFO && draft.kind != KATO_PROVIDER_RAW;
}

std::set<std::string_view> speech_of(const Transcript& said) {
  std::set<std::string_view> speech;
  for (const auto& draft : said.drafts()) {
    if (is_speech(draft)) speech.insert(draft.said);
  }
  return speech;
}

std::map<uint64_t, int32_t> outcomes_of(const View& view) {
  std::map<uint64_t, int32_t> outcomes;
  for (const auto& record : view.said.records()) {
    if (!view.touches(record.offset_bytes)) {
      outcomes[view.original(record.offset_bytes)] = record.outcome;
    }
  }
  return outcomes;
}

std::set<uint64_t> held_at_some_time(const View& view) {
  std::set<uint64_t> held;
  for (const auto& record : view.said.records()) {
    if (record.outcome == KATO_RECORD_HELD) held.insert(view.original(record.offset_bytes));
  }
  return held;
}

// What the untouched records of `one` say and `other` does not, of records that were never held.
std::string unsaid(const View& one, const View& other) {
  const auto speech = speech_of(other.said);
  const auto held = held_at_some_time(one);
  for (const auto& draft : one.said.drafts()) {
    if (!is_speech(draft) || one.touches(draft.offset_bytes)) continue;
    if (held.contains(one.original(draft.offset_bytes)) || speech.contains(draft.said)) continue;
    return draft.text();
  }
  return {};
}

std::string worsened(const View& before, const View& after) {
  const auto outcomes = outcomes_of(before);
  for (const auto& [offset, outcome] : outcomes_of(after)) {
    if (outcome != KATO_RECORD_MALFORMED && outcome != KATO_RECORD_RAW) continue;
    const auto was = outcomes.find(offset);
    if (was == outcomes.end()) return "a record that was not there, at " + std::to_string(offset);
    if (was->second != outcome) {
      return "the record at " + std::to_string(offset) + " was " + outcome_text(was->second) +
             " and is " + outcome_text(outcome);
    }
  }
  return {};
}

class Drift {
 public:
  Drift(LawReport& report, const kato_provider_api& api, const ProviderLawInput& input)
      : report_(report),
        api_(api),
        source_(input.source),
        driver_(api, input.source),
        original_(driver_.run({})) {
    std::set<uint64_t> seen;
    for (const auto& record : original_.said->records()) {
      const bool is_whole = record.offset_bytes + record.length_bytes <= source_.bytes.size();
      if (is_whole && seen.insert(record.offset_bytes).second) records_.push_back(&record);
    }
  }

  [[nodiscard]] bool has_records() const { return !records_.empty(); }

  // False: nothing could be changed.
  bool check(uint64_t seed) {
    Seeded random(seed);
    const HeardRecord* chosen = nullptr;
    Edit edit;
    for (size_t left = kMostTries; left > 0 && edit.what.empty(); --left) {
      chosen = records_[random.below(records_.size())];
      edit = random_edit(*chosen, random);
    }
    if (edit.what.empty()) return false;
    const HeardRecord& record = *chosen;
    const auto when = edit.what + " in " + record.type + " at " +
                      std::to_string(record.offset_bytes) + ", seed " + std::to_string(seed) + ": ";
    const SourceContent changed = with(edit);
    const ProviderDriver driver(api_, changed);
    const Run run = driver.run({});
    report_.count(1);
    for (const auto& breach : run.said->breaches()) {
      report_.fail("drift, full account", when + breach);
    }
    if (run.status != KATO_OK) {
      report_.fail("drift, totality", when + "decode returned " + status_text(run.status));
    }
    if (!run.said->breaches().empty() || run.status != KATO_OK) return true;
    compare(edit, record, run, when);
    if (seed % kSplitOneIn == 0) compare_split(driver, run, when);
    return true;
  }

 private:
  std::string_view bytes_of(const HeardRecord& record) const {
    return std::string_view(source_.bytes).substr(record.offset_bytes, record.length_bytes);
  }
  // The place of the record's JSON object in the source; empty if it has none.
  std::string_view object_of(const HeardRecord& record) const {
    return object_in(bytes_of(record));
  }
  // Without an object the record is emptied.
  Edit replacing(const HeardRecord& record, std::string_view object, std::string_view now) const {
    Edit edit{record.offset_bytes, record.offset_bytes + record.length_bytes, {}, {}, false};
    if (object.empty()) return edit;
    edit.now = bytes_of(record);
    edit.now.replace(static_cast<size_t>(object.data() - bytes_of(record).data()), object.size(),
                     now);
    return edit;
  }

  // A line goes as a whole, an item of a document with one of the commas around it.
  Edit removing(const HeardRecord& record) const {
    Edit edit{record.offset_bytes, record.offset_bytes + record.length_bytes, {}, {}, false};
    const auto object = object_of(record);
    if (!driver_.is_document() || object.empty()) return edit;
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::string_view all = source_.bytes;
    auto begin = static_cast<size_t>(object.data() - all.data());
    auto end = begin + object.size();
    const size_t next = all.find_first_not_of(kBlanks, end);
    const size_t last = all.find_last_not_of(kBlanks, begin - 1);
    if (next != std::string_view::npos && all[next] == ',') {
      end = next + 1;
    } else if (begin > 0 && last != std::string_view::npos && all[last] == ',') {
      begin = last;
    } else {
      return replacing(record, object, "{}");
    }
    edit.begin = std::min<uint64_t>(edit.begin, begin);
    edit.end = std::max<uint64_t>(edit.end, end);
    edit.now = all.substr(edit.begin, begin - edit.begin);
    edit.now += all.substr(end, edit.end - end);
    return edit;
  }

  Edit random_edit(const HeardRecord& record, Seeded& random) const {
    if (!driver_.is_document() && random.one_in(8)) return whole_line_edit(record, random);
    const auto object = object_of(record);
    const auto change =
        static_cast<RecordChange>(random.below(static_cast<uint64_t>(RecordChange::kCount)));
    const auto now = object.empty() ? std::string() : change_record(object, change, random);
    if (now == object) return {};
    Edit edit = replacing(record, object, now);
    edit.what = change_text(change);
    edit.is_meaningless = is_meaningless(change);
    return edit;
  }

  Edit whole_line_edit(const HeardRecord& record, Seeded& random) const {
    Edit edit{record.offset_bytes, record.offset_bytes + record.length_bytes, {}, {}, false};
    const std::string line(bytes_of(record));
    if (!line.ends_with('\n')) return {};
    if (random.one_in(2)) {
      edit.now = line + line;
      edit.what = "repeated";
    } else {
      edit.now = line.substr(0, random.below(line.size())) + "\n";
      edit.what = "cut off";
    }
    return edit;
  }

  SourceContent with(const Edit& edit) const {
    SourceContent changed = source_;
    changed.bytes.replace(edit.begin, edit.end - edit.begin, edit.now);
    return changed;
  }

  std::string difference(const Edit& edit, const Run& run) const {
    const View before{*original_.said, edit.begin, edit.end, 0};
    const View after{*run.said, edit.begin, edit.end_now(), edit.end - edit.end_now()};
    if (auto what = worsened(before, after); !what.empty()) return what;
    if (auto what = unsaid(before, after); !what.empty()) return "no longer said: " + what;
    if (auto what = unsaid(after, before); !what.empty()) return "not said before: " + what;
    return {};
  }

  void compare(const Edit& edit, const HeardRecord& record, const Run& run,
               const std::string& when) {
    if (edit.is_meaningless && speech_of(*original_.said) != speech_of(*run.said)) {
      report_.fail("drift, unknown fields", when + "something else is said");
    }
    const auto what = difference(edit, run);
    if (!what.empty() && !steers(record)) report_.fail("drift, neighbours", when + what);
  }

  // Whether others say something else without the record.
  bool steers(const HeardRecord& record) {
    const auto known = steers_.find(record.offset_bytes);
    if (known != steers_.end()) return known->second;
    const Edit edit = removing(record);
    const SourceContent changed = with(edit);
    const Run run = ProviderDriver(api_, changed).run({});
    report_.count(1);
    const bool steers = !difference(edit, run).empty();
    steers_.emplace(record.offset_bytes, steers);
    return steers;
  }

  void compare_split(const ProviderDriver& driver, const Run& run, const std::string& when) {
    auto cuts = run.said->boundaries();
    const size_t most = driver.is_document() ? kMaxCutsOfDocuments : kMaxCuts;
    if (cuts.size() > most) cuts.erase(cuts.begin(), cuts.end() - static_cast<ptrdiff_t>(most));
    const Run split = driver.run({.cuts = cuts});
    report_.count(1);
    const auto what = run.said->difference(*split.said);
    if (!what.empty()) report_.fail("drift, split invariance", when + what);
  }

  LawReport& report_;
  const kato_provider_api& api_;
  const SourceContent& source_;
  const ProviderDriver driver_;
  const Run original_;
  std::vector<const HeardRecord*> records_;
  std::map<uint64_t, bool> steers_;  // by offset
};

}  // namespace

uint64_t check_drift(LawReport& report, const kato_provider_api& api,
                     const ProviderLawInput& input) {
  Drift drift(report, api, input);
  if (!drift.has_records()) return 0;
  uint64_t changed = 0;
  for (size_t i = 0; i < input.drifts; ++i) {
    changed += drift.check(input.seed * 1000003 + i) ? 1 : 0;
  }
  return changed;
}

}  // namespace kato::testkit
