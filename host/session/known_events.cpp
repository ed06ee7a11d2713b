#include "host/session/known_events.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <map>

#include "host/base/hash.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr std::string_view kMagic = "kato-ids";
constexpr size_t kHeaderBytes = 16;
constexpr size_t kRecordBytes = 24;
constexpr size_t kBlockRecords = 8192;
constexpr uint32_t kMostVersions = 1000;  // a number beyond is other bytes where a version was

static_assert(std::endian::native == std::endian::little, "the file is little-endian");

std::string header() {
  std::string bytes(kMagic);
  for (const uint32_t number : {kIdsSchemaVersion, uint32_t{kRecordBytes}}) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
  }
  return bytes;
}

std::unexpected<Error> too_few(const std::string& path, uint64_t count) {
  return fail(ErrorCode::kNotFound, "{} has fewer than the {} event ids that were committed", path,
              count);
}

Status check_header(File& file, const std::string& path) {
  std::string found(kHeaderBytes, '\0');
  const auto got = file.read_at(0, found);
  if (!got) return forward(got);
  if (*got < kHeaderBytes) return fail(ErrorCode::kNotFound, "{} has no header", path);
  if (found == header()) return {};
  uint32_t version = 0;
  std::memcpy(&version, found.data() + kMagic.size(), sizeof(version));
  if (!found.starts_with(kMagic) || version > kMostVersions) {
    return fail(ErrorCode::kInvalid, "{} is no list of event ids", path);
  }
  return fail(
      ErrorCode::kUnsupported,
      "{} has schema version {}, this build of Kato knows version {}; it was not touched. Move "
      "it away to have it made again",
      path, version, kIdsSchemaVersion);
}

KnownEvent event_of(std::string_view record) {
  KnownEvent event;
  std::memcpy(event.id.data(), record.data(), event.id.size());
  std::memcpy(&event.content_hash, record.data() + event.id.size(), sizeof(event.content_hash));
  return event;
}

void append_record(std::string& out, const KnownEvent& event) {
  out.append(reinterpret_cast<const char*>(event.id.data()), event.id.size());
  out.append(reinterpret_cast<const char*>(&event.content_hash), sizeof(event.content_hash));
}

std::string_view last_record(std::string_view bytes) {
  return bytes.substr(bytes.size() - kRecordBytes);
}

// Of so many records as before, and this one.
uint64_t chained(uint64_t before, std::string_view record) {
  std::array<char, sizeof(before) + kRecordBytes> bytes{};
  std::memcpy(bytes.data(), &before, sizeof(before));
  std::memcpy(bytes.data() + sizeof(before), record.data(), kRecordBytes);
  return hash64({bytes.data(), bytes.size()});
}

// The hash of them.
Result<uint64_t> read_records(FileSystem& files, const std::string& path,
                              const CommittedIds& committed,
                              const std::function<void(const KnownEvent&)>& take) {
  const uint64_t count = committed.count;
  auto file = files.open(path, OpenMode::kRead);
  if (!file) return forward(file, "event ids");
  if (auto checked = check_header(**file, path); !checked) return forward(checked);
  const auto info = (*file)->info();
  if (!info) return forward(info, "event ids");
  if (count > (info->size_bytes - kHeaderBytes) / kRecordBytes) return too_few(path, count);
  std::string block;
  uint64_t hash = 0;
  for (uint64_t done = 0; done < count;) {
    block.resize(std::min<uint64_t>(count - done, kBlockRecords) * kRecordBytes);
    const auto got = (*file)->read_at(kHeaderBytes + done * kRecordBytes, block);
    if (!got) return forward(got, "event ids");
    const size_t records = *got / kRecordBytes;
    for (size_t i = 0; i < records; ++i) {
      const auto record = std::string_view(block).substr(i * kRecordBytes, kRecordBytes);
      hash = chained(hash, record);
      take(event_of(record));
    }
    done += records;
    if (records * kRecordBytes < block.size()) {
      return too_few(path, count);
    }
  }
  if (committed.hash.value_or(hash) == hash || committed.renewed_hash == hash) return hash;
  return fail(ErrorCode::kInvalid,
              "{} is damaged: the event ids in it are not those that were written", path);
}

}  // namespace

Status read_known_events(FileSystem& files, const std::string& path, const CommittedIds& committed,
                         const std::function<void(const KnownEvent&)>& take) {
  const auto read = read_records(files, path, committed, take);
  if (!read) return forward(read);
  return {};
}

Result<KnownEvents> KnownEvents::load(FileSystem& files, std::string path,
                                      const CommittedIds& committed) {
  KnownEvents known(std::move(path));
  known.saved_.hash = 0;
  if (committed.count == 0) {
    auto checked = read_known_events(files, known.path_, {}, {});
    if (!checked && checked.error().code() != ErrorCode::kNotFound) return forward(checked);
    return known;
  }
  const auto read = read_records(files, known.path_, committed, [&](const KnownEvent& event) {
    if (known.ids_.size() == 0) known.ids_.reserve(committed.count);
    known.ids_.insert(event.id);
  });
  if (!read) return forward(read);
  known.saved_ = {.count = committed.count, .hash = *read};
  return known;
}

bool KnownEvents::add(const EventId& id, uint64_t content_hash) {
  if (!ids_.insert(id)) return false;
  unsaved_.push_back({id, content_hash});
  return true;
}

Status KnownEvents::open(FileSystem& files) {
  auto file = files.open(path_, OpenMode::kCreateOrAppend);
  if (!file) return forward(file, "event ids");
  const auto info = (*file)->info();
  if (!info) return forward(info, "event ids");
  const uint64_t known_bytes = saved_.count == 0 ? 0 : kHeaderBytes + saved_.count * kRecordBytes;
  if (info->size_bytes < known_bytes) return too_few(path_, saved_.count);
  if (info->size_bytes > known_bytes) {
    if (auto cut = (*file)->truncate(known_bytes); !cut) return cut;
  }
  file_ = std::move(*file);
  return {};
}

Status KnownEvents::save(FileSystem& files) {
  if (unsaved_.empty()) return {};
  if (!file_) {
    if (auto opened = open(files); !opened) return opened;
  }
  std::string bytes = saved_.count == 0 ? header() : std::string();
  bytes.reserve(bytes.size() + unsaved_.size() * kRecordBytes);
  uint64_t hash = *saved_.hash;
  for (const auto& event : unsaved_) {
    append_record(bytes, event);
    hash = chained(hash, last_record(bytes));
  }
  if (auto written = file_->append(bytes); !written) {
    close();
    return forward(written, "event ids");
  }
  saved_ = {.count = saved_.count + unsaved_.size(), .hash = hash};
  unsaved_.clear();
  return {};
}

Result<RenewedIds> KnownEvents::renewed(FileSystem& files, std::span<const KnownEvent> contents,
                                        uint64_t committed_count) const {
  std::map<EventId, uint64_t> hashes;
  for (const auto& [id, hash] : contents) {
    hashes[id] = hash;
  }
  RenewedIds renewed{.bytes = header()};
  uint64_t count = 0;
  uint64_t hash = 0;
  const auto read = read_records(files, path_, saved_, [&](KnownEvent event) {
    std::string record;
    append_record(record, event);
    hash = chained(hash, record);
    const auto found = hashes.find(event.id);
    if (found != hashes.end()) event.content_hash = found->second;
    append_record(renewed.bytes, event);
    renewed.hash = chained(renewed.hash, last_record(renewed.bytes));
    if (++count > committed_count) return;
    renewed.present_hash = hash;
    renewed.committed_hash = renewed.hash;
  });
  if (!read) return forward(read);
  return renewed;
}

Status KnownEvents::renew(FileSystem& files, const RenewedIds& renewed) {
  close();
  auto replaced = replace_whole(files, path_, renewed.bytes, Durability::kSynced);
  if (!replaced) return forward(replaced, "event ids");
  saved_.hash = renewed.hash;
  return {};
}

void KnownEvents::forget_unsaved() {
  for (const auto& event : unsaved_) {
    ids_.erase(event.id);
  }
  unsaved_.clear();
}

}  // namespace kato
