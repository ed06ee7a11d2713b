// Whatever a client does with a document: what it stated is told once, in order, and commands once.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "host/base/time_text.h"

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"
#include "tests/unit/document_client.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::DocumentClient;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::string_view kLog = ".gemini/tmp/meadow/chats/session-2026-11-20T10-00-1a1a1a1a.json";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

// A daemon that watches the client, is stopped and killed, and finds documents that are half
// written.
class Watched {
 public:
  explicit Watched(uint32_t seed) : random_(seed), client_(seed + 1, rig_.clock, seed % 4 != 0) {
    rig_.home.write(".gemini/tmp/meadow/.project_root", rig_.home / "proj");
    write();
    start();
    client_.say("::start talk.jsonl\n::start talk.md");
    write();
    work();
  }

  void turn() {
    const bool is_down = below(4) == 0;
    if (is_down) end();
    const uint32_t changes = is_down ? 1 + below(3) : 1;
    for (uint32_t i = 0; i < changes; ++i) {
      client_.turn();
      client_.note_written();
    }
    if (below(6) == 0) write_half();
    write();
    if (is_down) start();
    if (below(2) == 0) return work();
    daemon_->work([] { return false; });
  }

  void rest() { work(); }

  [[nodiscard]] std::string wrong() {
    read_twin();
    wrong_.clear();
    check_contents();
    check_order();
    check_recordings();
    check_commands();
    return wrong_.empty() ? wrong_ : wrong_ + "after " + story_ + "/ " + client_.story();
  }

 private:
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }

  void start() {
    story_ += "start ";
    auto daemon = rig_.make();
    REQUIRE(daemon);
    daemon_ = std::move(*daemon);
    if (below(2) == 0) work();
  }

  // Stopped; or killed, at rest or in the middle of something.
  void end() {
    const auto how = below(3);
    if (how == 0) {
      story_ += "stop ";
      REQUIRE(daemon_->finish());
    } else if (how == 1) {
      story_ += "kill-in-work ";
      client_.turn();
      client_.note_written();
      write();
      auto left = below(60);
      rig_.files.fault = [&left](test::FileOperation, const std::string&) {
        return left == 0 ? EIO : (--left, 0);
      };
      daemon_->work([] { return false; });
      daemon_.reset();
      rig_.files.fault = {};
    } else {
      story_ += "kill ";
    }
    daemon_.reset();
  }

  void put(const std::string& text) {
    const auto log = rig_.home / kLog;
    if (below(3) == 0) std::filesystem::remove(log);
    rig_.home.write(kLog, text);
    // Never two documents of one size at one time.
    written_ += std::chrono::seconds(1);
    std::filesystem::last_write_time(log, written_);
  }
  void write() {
    client_.note_written();
    client_.note_shown();
    put(client_.document());
  }
  void write_half() {
    story_ += "half ";
    const auto document = client_.document();
    put(document.substr(0, below(static_cast<uint32_t>(document.size()))));
    if (daemon_) daemon_->work([] { return false; });
  }

  // Until all of the document is read and committed.
  void work() {
    story_ += "work ";
    rig_.work(*daemon_);
    client_.note_read();
    std::map<std::string, size_t> stated;
    for (const auto& one : client_.told()) {
      const auto& wordings = client_.wordings().at(one.part);
      if (one.revisable || wordings.size() == 1) {
        ++stated[one.content];
      } else {
        one_of_.push_back(wordings);
      }
    }
    for (const auto& [content, count] : stated) {
      auto& least = least_[content];
      least = std::max(least, count);
    }
    for (const auto& wish : client_.wishes()) {
      if (wish.must_run && client_.states(wish)) to_run_.insert(wish.destination);
    }
  }

  void read_twin() {
    twin_lines_.clear();
    twin_.clear();
    for (const auto& file : std::filesystem::directory_iterator(rig_.home / "state/sessions")) {
      if (!file.path().string().ends_with(".twin.jsonl")) continue;
      const auto name = "state/sessions/" + file.path().filename().string();
      twin_lines_ = lines_of(rig_.read(name));
    }
    for (const auto& line : twin_lines_) {
      twin_.push_back(Json::parse(line));
    }
  }

  void check_contents() {
    std::map<std::string, size_t> told;
    std::map<std::string, size_t> most;
    for (const auto& event : twin_) {
      if (event["kind"] != "user.kato-command") ++told[test::content_of(event)];
    }
    for (const auto& [part, wordings] : client_.wordings()) {
      for (const auto& wording : wordings) {
        ++most[wording];
      }
    }
    for (const auto& [content, count] : least_) {
      if (told[content] < count) fail("lost '{}' ({} of {})", content, told[content], count);
    }
    for (const auto& wordings : one_of_) {
      const bool is_told = std::ranges::any_of(wordings, [&](auto& one) { return told[one] > 0; });
      if (!is_told) fail("lost any of '{}'", *wordings.begin());
    }
    for (const auto& [content, count] : told) {
      if (count > most[content]) fail("doubled '{}' ({} of {})", content, count, most[content]);
    }
  }

  void check_order() {
    std::map<std::string, size_t> places;
    for (size_t i = 0; i < twin_.size(); ++i) {
      const auto& source = twin_[i]["source"];
      const bool is_message = twin_[i]["kind"].get<std::string>().ends_with(".message");
      if (is_message) places.emplace(source.value("providerEventId", std::string()), i);
    }
    size_t last = 0;
    for (const auto& id : client_.order()) {
      const auto found = places.find(id);
      if (found == places.end()) continue;
      if (found->second < last) fail("{} came before its time", id);
      last = found->second;
    }
  }

  void check_recordings() {
    const auto recorded = lines_of(rig_.read("proj/talk.jsonl"));
    const auto from =
        recorded.size() < twin_lines_.size() ? twin_lines_.size() - recorded.size() : 0;
    if (!std::ranges::equal(recorded, std::span(twin_lines_).subspan(from))) {
      fail("talk.jsonl is not the end of the twin");
    }
    std::map<std::string, size_t> texts;
    for (size_t i = from; i < twin_.size(); ++i) {
      const auto kind = twin_[i]["kind"].get<std::string>();
      const bool is_text = kind == "user.message" || kind == "assistant.message";
      if (is_text) ++texts[twin_[i]["payload"]["text"]];
    }
    for (const auto& line : lines_of(rig_.read("proj/talk.md"))) {
      const auto found = texts.find(line);
      if (found != texts.end()) --found->second;
    }
    for (const auto& [text, left] : texts) {
      if (left != 0 && !text.contains('\n')) fail("{} of '{}' more than in talk.md", left, text);
    }
  }

  void check_commands() {
    std::map<std::string, int> runs;
    for (const auto& line : lines_of(rig_.read("state/exports.jsonl"))) {
      if (!Json::accept(line)) continue;  // torn by a kill
      const auto destination = Json::parse(line)["destination"].get<std::string>();
      ++runs[std::filesystem::path(destination).filename().string()];
    }
    for (const auto& wish : client_.wishes()) {
      const auto written = lines_of(rig_.read("proj/" + wish.destination));
      const bool ran = !written.empty();
      if (runs[wish.destination] > 1) fail("{} ran twice", wish.destination);
      if (ran && !wish.may_run) fail("{} ran", wish.destination);
      if (!ran && to_run_.contains(wish.destination)) fail("{} did not run", wish.destination);
      check_part_of_twin(wish.destination, written);
    }
  }

  void check_part_of_twin(const std::string& name, const std::vector<std::string>& written) {
    if (written.empty()) return;
    const auto first = std::ranges::find(twin_lines_, written.front());
    const auto left = static_cast<size_t>(twin_lines_.end() - first);
    const bool to_the_end = !name.starts_with("export");
    const bool is_part =
        written.size() <= left && std::equal(written.begin(), written.end(), first);
    if (!is_part || (to_the_end && written.size() != left)) fail("{} is no part of the twin", name);
    const bool from_the_begin = !name.starts_with("start");
    if (from_the_begin && first != twin_lines_.begin()) fail("{} begins late", name);
  }

  template <class... Parts>
  void fail(fmt::format_string<Parts...> format, Parts&&... parts) {
    wrong_ += fmt::format(format, std::forward<Parts>(parts)...) + "\n";
  }

  std::mt19937 random_;
  DaemonRig rig_;
  DocumentClient client_;
  std::unique_ptr<Daemon> daemon_;
  std::filesystem::file_time_type written_ = std::filesystem::file_time_type::clock::now();
  std::map<std::string, size_t> least_;        // how often contents must have been told
  std::vector<std::set<std::string>> one_of_;  // of which one must have been told
  std::set<std::string> to_run_;
  std::vector<std::string> twin_lines_;
  std::vector<Json> twin_;
  std::string wrong_;
  std::string story_;
};

uint32_t number_from(const char* variable, uint32_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<uint32_t>(std::stoul(text));
}

}  // namespace

TEST_CASE("P1, P2: whatever is done to a document, what it states is told once and commands once",
          "[daemon][P1][P2]") {
  const auto first = number_from("KATO_SEED", 1);
  const auto last = first + number_from("KATO_SEEDS", 80);
  for (uint32_t seed = first; seed < last; ++seed) {
    CAPTURE(seed);
    Watched watched(seed);
    for (int turns = 0; turns < 14; ++turns) {
      watched.turn();
    }
    watched.rest();
    CHECK(watched.wrong() == "");
  }
}
