#include "host/recording/export_file.h"

namespace kato {

Result<ExportFile> ExportFile::open(FileSystem& files, const Decision& place,
                                    const DestinationMark& before, bool allow_hard_links) {
  auto file = DestinationFile::open(files, place, true, allow_hard_links);
  if (!file) return forward(file);
  ExportFile made(std::move(*file));
  auto begin = made.file_.info().size_bytes;
  if (begin > before.size_bytes) {
    const UnsureStretch written{.offset_bytes = before.size_bytes, .end_bytes = begin};
    auto stretch = WrittenStretch::locate(made.file_, written, before);
    if (!stretch) return forward(stretch);
    made.stretch_ = *stretch;
    begin = made.stretch_.offset_bytes();
  }
  const auto begins_line = made.file_.line_begins_at(begin);
  if (!begins_line) return forward(begins_line);
  if (!*begins_line) {
    if (auto taken = made.take("\n"); !taken) return forward(taken);
    made.size_bytes_ = 0;
  }
  return made;
}

Status ExportFile::take(std::string_view bytes) {
  size_bytes_ += bytes.size();
  const auto there = stretch_.take(file_.file(), bytes);
  if (!there) return forward(there);
  bytes.remove_prefix(*there);
  return bytes.empty() ? Status{} : file_.append(bytes);
}

}  // namespace kato
