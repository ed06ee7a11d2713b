#include "host/ingest/identify.h"

#include <algorithm>

#include "host/base/hash.h"
#include "host/io/files.h"
#include "host/source/source_reader.h"

namespace kato {
namespace {

constexpr uint64_t kMaxCompanionBytes = 1U << 20U;
constexpr size_t kHeadGrowth = 8;
constexpr size_t kMaxHeadBytes = size_t{256} << 20;

void replace_all(std::string& text, std::string_view token, std::string_view value) {
  for (size_t at = text.find(token); at != std::string::npos; at = text.find(token, at)) {
    text.replace(at, token.size(), value);
    at += value.size();
  }
}

// The path of a companion, relative to the root, as the pattern says.
std::string companion_path(std::string_view pattern, std::string_view source) {
  const auto slash = source.find_last_of('/');
  const auto folder = slash == std::string_view::npos ? "." : source.substr(0, slash);
  const auto name = base_name(source);
  std::string path(pattern);
  replace_all(path, "{dir}", folder);
  replace_all(path, "{stem}", name.substr(0, name.find('.')));
  replace_all(path, "{parent}", base_name(folder));
  return path;
}

std::string absolute_path(const SourceFile& source, const std::string& companion) {
  return normal_path(join_path(source.root->path, companion));
}

struct LookedFor {
  uint64_t stamp = 0;
  std::vector<bool> perhaps_there;  // of the rule's companions
};

LookedFor look_for_companions(FileSystem& files, const SourceFile& source) {
  LookedFor looked;
  std::vector<uint64_t> facts;
  for (const auto& pattern : source.rule().companions) {
    const auto path = absolute_path(source, companion_path(pattern.path, source.relative));
    const auto info = files.info(path);
    if (info) {
      facts.insert(facts.end(), {info->id.device, info->id.inode, info->size_bytes,
                                 static_cast<uint64_t>(info->mtime_ns)});
    } else {
      facts.push_back(0);
    }
    looked.perhaps_there.push_back(info || info.error().code() != ErrorCode::kNotFound);
  }
  looked.stamp =
      hash64({reinterpret_cast<const char*>(facts.data()), facts.size() * sizeof(uint64_t)});
  return looked;
}

Result<std::vector<CompanionFile>> read(FileSystem& files, const SourceFile& source,
                                        const LookedFor& looked) {
  std::vector<CompanionFile> found;
  const auto& patterns = source.rule().companions;
  for (size_t i = 0; i < patterns.size(); ++i) {
    CompanionFile companion{.name = patterns[i].name,
                            .path = companion_path(patterns[i].path, source.relative),
                            .content = std::nullopt};
    if (looked.perhaps_there[i]) {
      auto content = read_whole(files, absolute_path(source, companion.path), kMaxCompanionBytes);
      if (!content && is_passing(content.error())) return forward(content);
      if (content) companion.content = std::move(*content);
    }
    found.push_back(std::move(companion));
  }
  return found;
}

}  // namespace

uint64_t stamp_of_companions(FileSystem& files, const SourceFile& source) {
  return look_for_companions(files, source).stamp;
}

Result<std::vector<CompanionFile>> read_companions(FileSystem& files, const SourceFile& source) {
  return read(files, source, look_for_companions(files, source));
}

Result<Identification> identify(FileSystem& files, const SourceFile& source) {
  SourceBuffer buffer;
  auto reader = SourceReader::open(files, source.path,
                                   source.root->rules.rule(source.pattern).packing, buffer);
  if (!reader) return forward(reader);
  const auto looked = look_for_companions(files, source);
  auto companions = read(files, source, looked);
  if (!companions) return forward(companions);
  Identification found{.identity = std::nullopt,
                       .companions = std::move(*companions),
                       .companions_stamp = looked.stamp};
  for (size_t want = kFirstHeadBytes;; want = std::min(want * kHeadGrowth, kMaxHeadBytes)) {
    const auto head = reader->read(0, want);
    if (!head) return forward(head);
    auto answer = source.root->provider->probe({.path = source.relative,
                                                .head = head->bytes,
                                                .size_bytes = source.info.size_bytes,
                                                .whole_file = head->end_of_input,
                                                .options_json = source.root->options_json,
                                                .companions = found.companions});
    if (!answer) return forward(answer, source.path);
    if (answer->verdict == ProbeVerdict::kMine) found.identity = std::move(answer->identity);
    const bool wants_more = answer->verdict == ProbeVerdict::kNeedMoreBytes;
    if (!wants_more || head->end_of_input || want >= kMaxHeadBytes) return found;
  }
}

}  // namespace kato
