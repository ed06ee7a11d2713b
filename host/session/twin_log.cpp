#include "host/session/twin_log.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "host/event/event_id.h"
#include "host/event/event_line.h"

namespace kato {
namespace {

constexpr uint64_t kSearchBytes = uint64_t{64} << 10;

// The offset behind the last line end within [0, end).
Result<uint64_t> end_of_last_line(File& file, uint64_t end) {
  std::string block;
  while (end > 0) {
    const uint64_t begin = end - std::min(end, kSearchBytes);
    block.resize(end - begin);
    const auto got = file.read_at(begin, block);
    if (!got) return forward(got);
    const auto newline = std::string_view(block).substr(0, *got).rfind('\n');
    if (newline != std::string_view::npos) return begin + newline + 1;
    end = begin;
  }
  return uint64_t{0};
}

// Lines of another version, or of another session, are neither cut nor gone on with.
Status check_beginning(File& file, const TwinFile& twin) {
  constexpr std::string_view kBeginning = R"({"schemaVersion":)";
  std::array<char, 512> head{};
  const auto got = file.read_at(0, head);
  if (!got) return forward(got);
  std::string_view line(head.data(), *got);
  if (!line.starts_with(kBeginning)) return {};
  const auto session_id = session_id_of_line(line.substr(0, line.find('\n')));
  line.remove_prefix(kBeginning.size());
  uint64_t version = 0;
  std::from_chars(line.data(), line.data() + line.size(), version);
  if (version <= uint64_t{kEventSchemaVersion}) {
    if (session_id.empty() || session_id == twin.session_id) return {};
    return fail(ErrorCode::kInvalid, "{}",
                damaged_twin(twin, "at byte 0: " + event_of_other(session_id)));
  }
  return fail(ErrorCode::kUnsupported,
              "twin {} has schema version {}, this build of Kato knows version {}; it was not "
              "touched. Use the Kato that wrote it, or, while the log is there, remove it with: "
              "kato snapshot remove {}",
              twin.path, version, kEventSchemaVersion, short_id(twin.session_id));
}

Result<bool> line_ends_at(File& file, uint64_t offset) {
  if (offset == 0) return true;
  char last = '\0';
  const auto got = file.read_at(offset - 1, std::span(&last, 1));
  if (!got) return forward(got);
  return *got == 1 && last == '\n';
}

}  // namespace

Result<TwinLog> TwinLog::open(FileSystem& files, const TwinFile& twin, uint64_t committed_bytes) {
  auto file = files.open(twin.path, OpenMode::kCreateOrAppend);
  if (!file) return forward(file, "twin");
  const auto info = (*file)->info();
  if (!info) return forward(info, "twin");
  TwinLog log(std::move(*file), twin);
  log.size_bytes_ = info->size_bytes;
  if (auto checked = check_beginning(*log.file_, twin); !checked) return forward(checked);
  if (info->size_bytes == committed_bytes) return log;
  if (auto cut = log.cut_torn_line(info->size_bytes, committed_bytes); !cut) return forward(cut);
  if (log.size_bytes_ > committed_bytes) log.finding_ = TwinFinding::kLonger;
  if (log.size_bytes_ < committed_bytes) log.finding_ = TwinFinding::kShorter;
  return log;
}

Status TwinLog::cut_torn_line(uint64_t file_bytes, uint64_t committed_bytes) {
  // What is committed ends a line: if that is not so, the file is not what the meta speaks of.
  const bool longer = file_bytes > committed_bytes;
  const auto ends_line = longer ? line_ends_at(*file_, committed_bytes) : Result<bool>(true);
  if (!ends_line) return forward(ends_line, "twin");
  if (!*ends_line) {
    return fail(ErrorCode::kInvalid, "{}",
                damaged_twin(
                    twin_, fmt::format("at byte {}: no line ends there, as the session's meta says",
                                       committed_bytes)));
  }
  const auto end = end_of_last_line(*file_, file_bytes);
  if (!end) return forward(end, "twin");
  cut_bytes_ = file_bytes - *end;
  size_bytes_ = *end;
  return cut_bytes_ == 0 ? Status{} : file_->truncate(*end);
}

Status TwinLog::cut_to(uint64_t size_bytes) {
  if (size_bytes >= size_bytes_) return {};
  if (auto cut = file_->truncate(size_bytes); !cut) return forward(cut, "twin");
  size_bytes_ = size_bytes;
  return {};
}

Status TwinLog::append(std::string_view lines) {
  if (torn_) {
    if (auto cut = file_->truncate(size_bytes_); !cut) return cut;
    torn_ = false;
  }
  auto written = file_->append(lines);
  if (!written) {
    torn_ = !file_->truncate(size_bytes_);
    return forward(written, "twin");
  }
  size_bytes_ += lines.size();
  return {};
}

}  // namespace kato
