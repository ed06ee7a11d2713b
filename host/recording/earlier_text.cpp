#include "host/recording/earlier_text.h"

#include <algorithm>
#include <string_view>

#include "host/recording/destination_file.h"

namespace kato {
namespace {

constexpr uint64_t kBesideBytes = 32;
constexpr size_t kFewestTellingBytes = 8;

struct Passage {
  std::string_view before;
  std::string_view bytes;
  std::string_view behind;
};

Passage passage_of(std::string_view text, size_t at, size_t length) {
  const auto bytes = text.substr(at, length);
  const auto end = at + bytes.size();
  const auto begin = at - std::min<size_t>(at, kBesideBytes);
  return {.before = text.substr(begin, at - begin),
          .bytes = bytes,
          .behind = text.substr(end, kBesideBytes)};
}

// As far as both reach.
bool is_same_before(const Passage& one, const Passage& other) {
  const auto common = std::min(one.before.size(), other.before.size());
  return common >= kFewestTellingBytes &&
         one.before.ends_with(other.before.substr(other.before.size() - common));
}

bool is_same_behind(const Passage& one, const Passage& other) {
  const auto common = std::min(one.behind.size(), other.behind.size());
  return common >= kFewestTellingBytes && one.behind.starts_with(other.behind.substr(0, common));
}

// Of a file, with the bytes that its views are of.
class FilePassage {
 public:
  static Result<FilePassage> read(File& file, uint64_t at, uint64_t length) {
    const auto before = std::min(at, kBesideBytes);
    auto bytes = read_range(file, at - before, at + length + kBesideBytes);
    if (!bytes) return forward(bytes);
    return FilePassage(std::move(*bytes), before, length);
  }
  [[nodiscard]] Passage get() const {
    return passage_of(bytes_, std::min<size_t>(before_, bytes_.size()), length_);
  }

 private:
  FilePassage(std::string bytes, uint64_t before, uint64_t length)
      : bytes_(std::move(bytes)), before_(before), length_(length) {}

  std::string bytes_;
  size_t before_;
  size_t length_;
};

}  // namespace

Result<bool> EarlierText::stands_at(File& file, uint64_t offset_bytes,
                                    uint64_t length_bytes) const {
  if (text_.empty() || length_bytes == 0) return false;
  const auto read = FilePassage::read(file, offset_bytes, length_bytes);
  if (!read) return forward(read);
  const auto there = read->get();
  if (there.bytes.empty()) return false;
  for (auto at = text_.find(there.bytes); at != std::string::npos;
       at = text_.find(there.bytes, at + 1)) {
    const auto here = passage_of(text_, at, there.bytes.size());
    if (is_same_before(here, there) || is_same_behind(here, there)) return true;
  }
  return false;
}

Result<bool> EarlierText::ends_at(File& file, uint64_t end_bytes, uint64_t length_bytes) const {
  const auto at = end_bytes - length_bytes;
  const auto read = FilePassage::read(file, at, length_bytes);
  if (!read) return forward(read);
  const auto there = read->get();
  if (!text_.ends_with(there.bytes)) return true;
  const auto end = passage_of(text_, text_.size() - there.bytes.size(), there.bytes.size());
  if (is_same_before(end, there)) return true;
  const auto is_another = stands_at(file, at, length_bytes);
  if (!is_another) return is_another;
  return !*is_another;
}

}  // namespace kato
