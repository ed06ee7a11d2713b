#include "host/session/owing_marks.h"

#include <charconv>

#include "host/io/files.h"

namespace kato {
namespace {

constexpr uint64_t kMaxBytes = uint64_t{256} << 20;
constexpr std::string_view kVersionKey = "{\"schemaVersion\":";
// Beyond this many lines for each session that is marked the file is written anew.
constexpr size_t kSpareLines = 4096;

std::string first_line() {
  return std::string(kVersionKey) + std::to_string(kOwingSchemaVersion) + "}\n";
}

// 0: it is no such line.
uint32_t version_in(std::string_view line) {
  uint32_t version = 0;
  if (line.starts_with(kVersionKey)) {
    line.remove_prefix(kVersionKey.size());
    std::from_chars(line.data(), line.data() + line.size(), version);
  }
  return version;
}

}  // namespace

Result<OwingMarks> OwingMarks::open(FileSystem& files, std::string path) {
  OwingMarks marks(files, std::move(path));
  if (auto removed = remove_half_written(files, marks.path_); !removed) return forward(removed);
  const auto content = read_whole(files, marks.path_, kMaxBytes);
  if (content) {
    if (auto read = marks.read(*content); !read) return forward(read);
  } else if (content.error().code() != ErrorCode::kNotFound) {
    return forward(content);
  }
  return marks;
}

// A line without its end was being written when the process was killed: what it was to announce
// has not begun.
Status OwingMarks::read(std::string_view content) {
  const auto first_end = content.find('\n');
  const uint32_t version = version_in(content.substr(0, first_end));
  if (version > kOwingSchemaVersion) {
    return fail(
        ErrorCode::kUnsupported,
        "{} has schema version {}, this build of Kato knows version {}; it was not touched. "
        "Use the Kato that wrote it, or move it away to have all sessions compared anew",
        path_, version, kOwingSchemaVersion);
  }
  believable_ = version == kOwingSchemaVersion && first_end != std::string_view::npos;
  torn_ = !content.ends_with('\n');
  while (believable_) {
    content.remove_prefix(content.find('\n') + 1);
    const auto line = content.substr(0, content.find('\n'));
    if (line.size() == content.size()) break;
    const std::string key(line.substr(std::min<size_t>(line.size(), 1)));
    believable_ = !key.empty() && (line[0] == '+' || line[0] == '=' || line[0] == '-');
    if (!believable_) break;
    take(line[0], key);
    ++lines_;
  }
  if (!believable_) {
    owing_.clear();
    newer_.clear();
    committed_.clear();
    removed_.clear();
    torn_ = true;
  }
  return {};
}

void OwingMarks::take(char mark, const std::string& key) {
  newer_.insert(key);
  const bool is_committed = mark == '=' || (mark == '+' && owing_.contains(key));
  if (is_committed) {
    committed_.insert(key);
    removed_.erase(key);
  }
  if (mark == '-') {
    committed_.erase(key);
    removed_.insert(key);
  }
  if (mark == '+') {
    owing_.insert(key);
  } else {
    owing_.erase(key);
  }
}

Status OwingMarks::make_ready() {
  if (torn_ || lines_ > kSpareLines + 2 * newer_.size()) return rewrite();
  return file_ == nullptr ? open_to_append() : Status{};
}

// A mark that cannot be written is not taken for written.
Status OwingMarks::add(char mark, const std::string& key) {
  if (auto ready = make_ready(); !ready) return ready;
  auto written = file_->append(mark + key + "\n");
  torn_ = !written;
  ++lines_;
  if (written) take(mark, key);
  return written;
}

Status OwingMarks::owe(const std::string& key) {
  return owing_.contains(key) ? Status{} : add('+', key);
}

Status OwingMarks::settle(const std::string& key) {
  return owing_.contains(key) ? add('=', key) : Status{};
}

Status OwingMarks::committed(const std::string& key) {
  if (auto owed = owe(key); !owed) return owed;
  return committed_.contains(key) ? Status{} : add('+', key);
}

Status OwingMarks::remove(const std::string& key) {
  return add('-', key);
}

Status OwingMarks::index_is_written() {
  newer_ = owing_;
  newer_.insert(lost_.begin(), lost_.end());
  committed_ = lost_;
  removed_.clear();
  return rewrite();
}

Status OwingMarks::rewrite() {
  std::string content = first_line();
  lines_ = 0;
  const auto add_line = [&](std::string_view mark, const std::string& key) {
    content.append(mark).append(key).append("\n");
    ++lines_;
  };
  for (const auto& key : newer_) {
    const bool owes = owing_.contains(key);
    if (removed_.contains(key)) add_line("-", key);
    if (owes) add_line("+", key);
    if (committed_.contains(key)) add_line(owes ? "+" : "=", key);
  }
  if (auto replaced = replace_whole(*files_, path_, content, Durability::kOrdered); !replaced) {
    return replaced;
  }
  torn_ = false;
  return open_to_append();
}

Status OwingMarks::open_to_append() {
  auto file = files_->open(path_, OpenMode::kAppend);
  if (!file) return forward(file);
  file_ = std::move(*file);
  return {};
}

}  // namespace kato
