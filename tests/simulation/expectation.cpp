#include "tests/simulation/expectation.h"

#include <set>

#include <fmt/format.h>

namespace kato::simulation {
namespace {

class Reading {
 public:
  explicit Reading(const ExpectationInput& input) : input_(input) {}

  Expectation run() {
    count_captures();
    for (const auto& spoken : input_.conversation.spoken) {
      so_far_.push_back(&spoken);
      auto writing = on_;  // what is switched off by this message still gets it
      if (is_obeyed(spoken)) {
        for (const auto& order : spoken.orders) {
          obey(order, writing);
        }
      }
      for (const auto& path : writing) {
        files_[path].tokens.push_back({spoken.token, spoken.is_sure});
      }
    }
    return std::move(files_);
  }

 private:
  [[nodiscard]] bool is_obeyed(const Spoken& spoken) const {
    if (spoken.orders.empty() || spoken.obeyed == Answer::kNo) return false;
    return spoken.obeyed == Answer::kYes || input_.is_obeyed(spoken);
  }

  void obey(const Order& order, std::set<std::string>& writing) {
    switch (order.kind) {
      case OrderKind::kStart:
        recordings_.insert(order.path);
        on_.insert(order.path);
        writing.insert(order.path);
        return;
      case OrderKind::kCapture:
        return capture(order.path, writing);
      case OrderKind::kExport:
        return write_all(order.path, true);
      case OrderKind::kStop:
        on_.clear();
        return;
      case OrderKind::kStopOne:
        on_.erase(order.path);
        return;
    }
  }

  // The conversation up to this message, or to the one before it.
  void write_all(const std::string& path, bool with_this) {
    auto& file = files_[path];
    file.is_written_whole = true;
    const size_t count = so_far_.size() - (with_this ? 0 : 1);
    for (size_t i = 0; i < count; ++i) {
      file.tokens.push_back(
          {so_far_[i]->token, so_far_[i]->is_sure && !so_far_[i]->cut_at.has_value()});
    }
  }

  // Into the file that was asked for if it is new or Kato's alone, else into one beside it.
  void capture(const std::string& asked, std::set<std::string>& writing) {
    auto path = asked;
    if (recordings_.contains(asked)) {
      const int replacements = captures_[asked] - siblings_[asked];
      if (++captured_[asked] > replacements) {
        path = sibling_name(asked, 1 + captured_[asked] - replacements);
      }
      files_[path].tokens.clear();
    }
    recordings_.insert(path);
    on_.insert(path);
    write_all(path, false);
    writing.insert(path);
  }

  // How many captures into a file that was recorded into already went beside it.
  void count_captures() {
    std::set<std::string> known;
    for (const auto& spoken : input_.conversation.spoken) {
      if (!is_obeyed(spoken)) continue;
      for (const auto& order : spoken.orders) {
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
  std::map<std::string, int> captures_;  // of files that were recorded into already
  std::map<std::string, int> siblings_;
  std::map<std::string, int> captured_;
};

}  // namespace

Expectation expect(const ExpectationInput& input) {
  return Reading(input).run();
}

std::string sibling_name(const std::string& path, int number) {
  const auto dot = path.find_last_of('.');
  return fmt::format("{}-{}{}", path.substr(0, dot), number, path.substr(dot));
}

}  // namespace kato::simulation
