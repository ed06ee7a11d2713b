#include "tests/simulation/expectation.h"

#include <algorithm>
#include <bit>
#include <set>

#include <fmt/format.h>

namespace kato::simulation {
namespace {

class Reading {
 public:
  explicit Reading(const ExpectationInput& input) : input_(input) {}

  Expectation run() {
    read();
    return std::move(files_);
  }

  bool is_private_at_the_end() {
    read();
    return is_private_;
  }

 private:
  void read() {
    count_captures();
    note_private_times();
    for (const auto& spoken : input_.conversation.spoken) {
      is_done_twice_ = input_.way.captures_twice && spoken.may_be_done_twice;
      if (spoken.is_request) {
        read_request(spoken);
        continue;
      }
      so_far_.push_back(&spoken);
      auto writing = on_;  // what is switched off by this message still gets it
      if (is_obeyed(spoken)) {
        for (const auto& order : spoken.orders) {
          obey(order, writing);
        }
      }
      for (const auto& path : writing) {
        files_[path].tokens.push_back(
            {.token = spoken.token, .is_certain = is_surely_written(spoken)});
      }
      for (const auto& path : forgotten_) {  // it may have got it before the power failed
        if (!spoken.may_be_done_twice || writing.contains(path)) continue;
        files_[path].tokens.push_back({.token = spoken.token, .is_certain = false});
      }
    }
  }

  void read_request(const Spoken& request) {
    if (!is_obeyed(request)) return;
    std::set<std::string> writing;  // begins behind it
    const bool is_private_before = private_times_.contains(request.settled);
    waits_for_document_ = request.waits_for_document || (request.is_amid_half && is_private_before);
    for (const auto& order : request.orders) {
      if (order.kind == OrderKind::kCapture && !is_refused(order)) {
        capture(order.path, writing, true);
      } else {
        obey(order, writing);
      }
    }
    waits_for_document_ = false;
  }

  // Recordings of a session that becomes private are served once; what cannot be written then is
  // given up. What was settled before had been written.
  void note_private_times() {
    for (const auto& spoken : input_.conversation.spoken) {
      const bool is_private = std::ranges::any_of(
          spoken.orders, [](const Order& order) { return order.kind == OrderKind::kPrivate; });
      if (is_private && is_obeyed(spoken)) private_times_.insert(spoken.settled);
    }
  }
  [[nodiscard]] bool is_surely_written(const Spoken& spoken) const {
    return spoken.is_sure && !private_times_.contains(spoken.settled);
  }

  [[nodiscard]] bool is_obeyed(const Spoken& spoken) const {
    if (spoken.orders.empty() || spoken.obeyed == Answer::kNo) return false;
    return spoken.obeyed == Answer::kYes || input_.is_obeyed(spoken);
  }

  // What is recorded into by another session is refused; the rest of the message is not.
  [[nodiscard]] bool is_refused(const Order& order) const {
    const bool writes = order.kind == OrderKind::kStart || order.kind == OrderKind::kCapture;
    return writes && !input_.taken_path.empty() && order.path == input_.taken_path;
  }

  void obey(const Order& order, std::set<std::string>& writing) {
    if (is_refused(order)) return;
    switch (order.kind) {
      case OrderKind::kStart:
        is_private_ = false;
        recordings_.insert(order.path);
        on_.insert(order.path);
        writing.insert(order.path);
        files_[order.path];  // there before anything is said
        return;
      case OrderKind::kCapture:
        return capture(order.path, writing, false);
      case OrderKind::kExport:
        return write_all(order.path, true);
      case OrderKind::kStop:
        on_.clear();
        return;
      case OrderKind::kStopOne:
        on_.erase(order.path);
        return;
      case OrderKind::kPrivate:
        return become_private();
      case OrderKind::kUndoPrivate:
        is_private_ = false;
        return;
    }
  }

  void become_private() {
    is_private_ = true;
    on_.clear();
    for (auto& [path, file] : files_) {
      for (auto& token : file.tokens) {
        token.may_be_given_up = true;
      }
    }
  }

  // The conversation up to this message, or to the one before it. If it was read together with the
  // word that makes the session private, no copy is made for it any more.
  void write_all(const std::string& path, bool with_this) {
    auto& file = files_[path];
    file.is_written_whole = true;
    const bool is_given_up = waits_for_document_ ||
                             (!so_far_.empty() && private_times_.contains(so_far_.back()->settled));
    const bool is_torn = !so_far_.empty() && so_far_.back()->may_be_torn;
    const size_t count = so_far_.size() - (with_this ? 0 : 1);
    for (size_t i = 0; i < count; ++i) {
      file.tokens.push_back({.token = so_far_[i]->token,
                             .is_certain = !is_given_up && !is_torn &&
                                           is_surely_written(*so_far_[i]) &&
                                           !so_far_[i]->cut_at.has_value()});
    }
  }

  // Into the file that was asked for if it is new or Kato's alone, else into one beside it.
  void capture(const std::string& asked, std::set<std::string>& writing, bool with_this) {
    auto path = asked;
    if (recordings_.contains(asked)) {
      if (goes_beside(asked, captured_[asked]++)) {
        path = sibling_name(asked, 2 + went_beside_[asked]++);
      }
      if (path != asked && is_done_twice_) capture_and_forget(asked, writing, with_this);
    }
    capture_into(path, writing, with_this);
  }

  // The capture into a file that was recorded into, of that number.
  bool goes_beside(const std::string& path, int number) {
    const int all = captures_[path];
    const int beside = siblings_[path];
    if (input_.way.beside) {
      const auto those = *input_.way.beside & ((uint32_t{1} << static_cast<uint32_t>(all)) - 1);
      if (std::popcount(those) == beside) return (those >> static_cast<uint32_t>(number) & 1U) != 0;
    }
    return input_.way.siblings_first ? number < beside : number >= all - beside;
  }

  // Of the recording nothing is known any more; it is on or off as before.
  void capture_and_forget(const std::string& path, std::set<std::string>& writing, bool with_this) {
    const bool was_on = on_.contains(path);
    capture_into(path, writing, with_this);
    if (was_on) return;
    on_.erase(path);
    forgotten_.insert(path);
  }

  void capture_into(const std::string& path, std::set<std::string>& writing, bool with_this) {
    if (recordings_.contains(path)) files_[path].tokens.clear();
    is_private_ = false;
    recordings_.insert(path);
    on_.insert(path);
    write_all(path, with_this);
    writing.insert(path);
  }

  // How many captures into a file that was recorded into already went beside it.
  void count_captures() {
    std::set<std::string> known;
    for (const auto& spoken : input_.conversation.spoken) {
      if (!is_obeyed(spoken)) continue;
      for (const auto& order : spoken.orders) {
        if (is_refused(order)) continue;
        const bool is_capture = order.kind == OrderKind::kCapture;
        if (is_capture && known.contains(order.path)) ++captures_[order.path];
        if (is_capture || order.kind == OrderKind::kStart) known.insert(order.path);
      }
    }
    for (const auto& [path, count] : captures_) {
      while (siblings_[path] < count && input_.exists(sibling_name(path, siblings_[path] + 2))) {
        ++siblings_[path];
      }
    }
  }

  const ExpectationInput& input_;
  Expectation files_;
  std::vector<const Spoken*> so_far_;
  std::set<std::string> recordings_;
  std::set<std::string> on_;
  std::set<std::string> forgotten_;  // captured into, but the daemon does not know that any more
  std::set<uint32_t> private_times_;
  bool is_private_ = false;
  bool is_done_twice_ = false;
  bool waits_for_document_ = false;  // that is gone, or the session is private, before it is whole
  std::map<std::string, int> captures_;  // of files that were recorded into already
  std::map<std::string, int> siblings_;
  std::map<std::string, int> captured_;
  std::map<std::string, int> went_beside_;
};

}  // namespace

Expectation expect(const ExpectationInput& input) {
  return Reading(input).run();
}

bool ends_private(const ExpectationInput& input) {
  return Reading(input).is_private_at_the_end();
}

std::string sibling_name(const std::string& path, int number) {
  const auto dot = path.find_last_of('.');
  return fmt::format("{}-{}{}", path.substr(0, dot), number, path.substr(dot));
}

}  // namespace kato::simulation
