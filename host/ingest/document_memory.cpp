#include "host/ingest/document_memory.h"

#include <algorithm>
#include <utility>

namespace kato {
namespace {

// Most documents grow by that at once.
constexpr size_t kFew = 16;

}  // namespace

void DocumentMemory::begin() {
  now_ = {};
  now_.statements.reserve(last_.statements.size() + kFew);
  now_.ends.reserve(last_.ends.size() + kFew);
  begun_ = true;
  spoiled_ = false;
}

void DocumentMemory::keep(const KnownOrder& known) {
  left_out_.clear();
  for (auto& statement : now_.statements) {
    if (!statement.place) statement.place = known.place_of(statement.id);
    if (statement.is_left_out) left_out_.insert(statement.id);
  }
  const auto is_settled = [](const Statement& statement) {
    return statement.place || statement.is_left_out;
  };
  complete_ =
      std::exchange(begun_, false) && !spoiled_ && std::ranges::all_of(now_.statements, is_settled);
  last_ = std::exchange(now_, {});
}

void DocumentMemory::forget() {
  now_ = last_ = {};
  left_out_.clear();
  begun_ = complete_ = false;
}

std::optional<std::span<const Statement>> DocumentMemory::last_record(size_t index) const {
  if (index >= last_.ends.size()) return std::nullopt;
  const size_t begin = index == 0 ? 0 : last_.ends[index - 1];
  return std::span(last_.statements).subspan(begin, last_.ends[index] - begin);
}

}  // namespace kato
