#include "tests/simulation/oracle.h"

#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "tests/simulation/oracle_times.h"
#include "tests/simulation/tokens.h"

namespace kato::simulation {
namespace {

constexpr size_t kMostChoices = 9;

class Judge {
 public:
  explicit Judge(const World& world) : world_(world) {}

  Judgement run() {
    done_.violations = world_.violations();
    for (const auto& conversation : world_.conversations()) {
      if (!claims(conversation, shared_)) take(judge_session(conversation, Share::kNone));
    }
    judge_those_who_share();
    check_times(world_, done_.violations);
    for (const auto& [path, user] : world_.user_files()) {
      judge_user_texts(path, user);
    }
    judge_strays();
    return std::move(done_);
  }

 private:
  static const UserFile& user_of(const World& world, const std::string& path) {
    static const UserFile kNone;
    const auto found = world.user_files().find(path);
    return found == world.user_files().end() ? kNone : found->second;
  }

  [[nodiscard]] std::optional<std::string> judge_file(const std::string& path,
                                                      const ExpectedFile& expected) const {
    const auto& user = user_of(world_, path);
    const auto content = world_.disk().content(path);
    if (!content && user.is_missing) return std::nullopt;
    auto wrong = check_content(content.value_or(""), expected, user);
    if (wrong) return fmt::format("{} (in {})", *wrong, path);
    return std::nullopt;
  }

  // What a session has of the file that several want.
  enum class Share : uint8_t {
    kNone,     // nobody has it
    kOwns,     // it is recorded into it, and no other one
    kRefused,  // another one is
  };
  struct Verdict {
    std::optional<std::string> wrong;
    bool is_unchecked = false;
    Expectation expected = {};
  };

  void take(Verdict verdict) {
    has_unknown_ = has_unknown_ || verdict.wrong || verdict.is_unchecked;
    if (verdict.wrong) done_.violations.push_back(*verdict.wrong);
    if (verdict.is_unchecked) ++done_.unchecked_sessions;
    done_.expected.merge(verdict.expected);
  }

  // One of them has the file: which one, that nobody can tell who does not know in which order the
  // daemon read them. All sessions must agree with it.
  void judge_those_who_share() {
    std::vector<const Conversation*> sharing;
    for (const auto& conversation : world_.conversations()) {
      if (claims(conversation, shared_)) sharing.push_back(&conversation);
    }
    if (sharing.empty()) return;
    std::vector<Verdict> first_wrong;
    for (size_t owner = 0; owner <= sharing.size(); ++owner) {
      const bool has_owner = owner < sharing.size();
      if (has_owner && came_too_late(*sharing[owner])) continue;
      std::vector<Verdict> verdicts;
      for (const auto* const one : sharing) {
        const bool owns = has_owner && one == sharing[owner];
        verdicts.push_back(judge_session(*one, owns        ? Share::kOwns
                                               : has_owner ? Share::kRefused
                                                           : Share::kNone));
      }
      const bool is_wrong =
          std::ranges::any_of(verdicts, [](const Verdict& one) { return one.wrong.has_value(); });
      if (first_wrong.empty() || !is_wrong) first_wrong = std::move(verdicts);
      if (!is_wrong) break;
    }
    for (auto& verdict : first_wrong) {
      take(std::move(verdict));
    }
  }

  // Before it said a word of the file, another one surely had it, or somebody else had.
  [[nodiscard]] bool came_too_late(const Conversation& owner) const {
    uint32_t said = UINT32_MAX;
    uint32_t taken = UINT32_MAX;
    for (const auto& conversation : world_.conversations()) {
      for (const auto& spoken : conversation.spoken) {
        if (!claims(spoken, shared_)) continue;
        if (&conversation == &owner) {
          said = std::min(said, spoken.said_at);
        } else if (spoken.obeyed == Answer::kYes) {
          taken = std::min(taken, spoken.decided_at);
        }
      }
    }
    return said >= taken;
  }

  [[nodiscard]] Verdict judge_session(const Conversation& conversation, Share share) const {
    std::vector<const Spoken*> open;
    for (const auto& spoken : conversation.spoken) {
      const bool is_open = !spoken.obeyed || *spoken.obeyed == Answer::kMaybe;
      if (!spoken.orders.empty() && is_open) open.push_back(&spoken);
    }
    if (open.size() > kMostChoices) return {.wrong = {}, .is_unchecked = true};
    std::optional<std::string> first_wrong;
    for (const auto& ways : {usual_ways(conversation), other_ways(conversation)}) {
      for (uint64_t choice = uint64_t{1} << open.size(); choice-- > 0;) {
        const auto is_obeyed = [&](const Spoken& spoken) {
          const auto at = std::ranges::find(open, &spoken) - open.begin();
          return (choice >> static_cast<uint64_t>(at) & 1U) != 0;
        };
        if (share != Share::kRefused &&
            records_there(conversation, is_obeyed) != (share == Share::kOwns)) {
          continue;
        }
        auto verdict = judge_choice(conversation, share, is_obeyed, ways);
        if (!verdict.wrong) return verdict;
        if (!first_wrong) first_wrong = verdict.wrong;
      }
    }
    if (!first_wrong) first_wrong = "P5: no session can have been recorded into " + shared_;
    return {.wrong = first_wrong};
  }

  [[nodiscard]] Verdict judge_choice(const Conversation& conversation, Share share,
                                     const std::function<bool(const Spoken&)>& is_obeyed,
                                     const std::vector<CaptureWay>& ways) const {
    std::optional<std::string> first_wrong;
    for (const auto& way : ways) {
      const ExpectationInput input{
          .conversation = conversation,
          .is_obeyed = is_obeyed,
          .exists =
              [&](const std::string& path) {
                return world_.disk().content(path) || user_of(world_, path).is_missing;
              },
          .way = way,
          .taken_path = share == Share::kRefused ? shared_ : std::string()};
      auto expected = expect(input);
      auto wrong = first_violation(conversation, expected);
      if (!wrong && ends_private(input)) wrong = first_leftover(conversation);
      if (!wrong) return {.wrong = {}, .expected = std::move(expected)};
      if (!first_wrong) first_wrong = wrong;
    }
    return {.wrong = first_wrong.value_or("no capture was carried out so")};
  }

  [[nodiscard]] bool records_there(const Conversation& conversation,
                                   const std::function<bool(const Spoken&)>& is_obeyed) const {
    return std::ranges::any_of(conversation.spoken, [&](const Spoken& spoken) {
      return claims(spoken, shared_) && (spoken.obeyed == Answer::kYes || is_obeyed(spoken));
    });
  }

  [[nodiscard]] std::optional<std::string> first_violation(const Conversation& conversation,
                                                           const Expectation& expected) const {
    for (const auto& [path, file] : expected) {
      if (auto wrong = judge_file(path, file)) return wrong;
    }
    // Nothing of this session anywhere else.
    const auto mine = fmt::format("t{}m", &conversation - world_.conversations().data());
    for (const auto& [path, content] : recordings_of(world_)) {
      if (expected.contains(path)) continue;
      for (const auto& found : find_tokens(content)) {
        if (found.token.starts_with(mine)) {
          return fmt::format("P2: {} stands in {}, into which nothing was recorded", found.token,
                             path);
        }
      }
    }
    return std::nullopt;
  }

  // Of a session that is private at the end no word is left in the state.
  [[nodiscard]] std::optional<std::string> first_leftover(const Conversation& conversation) const {
    const auto session = static_cast<uint32_t>(&conversation - world_.conversations().data());
    const auto mine = fmt::format("t{}m", session);
    for (const auto& path : world_.disk().files_below(World::state() + "/sessions")) {
      for (const auto& found : find_tokens(world_.disk().content(path).value_or(""))) {
        if (!found.token.starts_with(mine)) continue;
        return fmt::format("P6: {} of a private session stands in {}", found.token, path);
      }
    }
    return std::nullopt;
  }

  void judge_user_texts(const std::string& path, const UserFile& user) {
    if (user.user_tokens.empty()) return;
    const auto content = world_.disk().content(path).value_or("");
    std::vector<std::string> found;
    for (auto& one : find_tokens(content)) {
      found.push_back(std::move(one.token));
    }
    for (const auto& token : user.user_tokens) {
      const auto count = std::ranges::count(found, token);
      if (count == 1) continue;
      done_.violations.push_back(
          fmt::format("P5: the person's {} stands {} times in {}", token, count, path));
    }
  }

  void judge_strays() {
    for (const auto& [path, content] : world_.bystanders()) {
      if (world_.disk().content(path) == content) continue;
      done_.violations.push_back("P5: a file of the person was changed: " + path);
    }
    for (const auto& path : world_.disk().files_below(World::home())) {
      const bool is_temporary = path.contains(".kato-") || path.contains(".twin.jsonl.g");
      if (is_temporary) done_.violations.push_back("a temporary file was left behind: " + path);
    }
    for (const auto& [path, content] : recordings_of(world_)) {
      if (done_.expected.contains(path) || has_unknown_) continue;
      const bool is_users_own = !user_of(world_, path).user_tokens.empty();
      if (!is_users_own && !content.empty()) {
        done_.violations.push_back("P5: a file that nobody asked for: " + path);
      }
    }
  }

  const World& world_;
  const std::string shared_ = world_.shared_destination();
  Judgement done_;
  bool has_unknown_ = false;  // a session of which is not known what must be there
};

}  // namespace

Judgement judge(const World& world) {
  return Judge(world).run();
}

Recordings recordings_of(const World& world) {
  Recordings all;
  for (const auto& folder : {world.project(0), world.project(1), World::state() + "/recordings"}) {
    for (const auto& path : world.disk().files_below(folder)) {
      if (!world.bystanders().contains(path)) all[path] = world.disk().content(path).value_or("");
    }
  }
  return all;
}

}  // namespace kato::simulation
