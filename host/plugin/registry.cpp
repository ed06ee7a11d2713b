#include "host/plugin/registry.h"

#include <algorithm>
#include <kato/abi.h>
#include <kato/sink.h>
#include <set>

#include <fmt/ranges.h>

#include "host/base/nearest.h"
#include "host/io/files.h"
#include "host/plugin/descriptor.h"
#include "host/plugin/elf_image.h"
#include "host/plugin/loaded_provider.h"
#include "host/plugin/loaded_sink.h"
#include "host/plugin/plugin_library.h"
#include "host/plugin/plugin_trust.h"

namespace kato {
namespace {

using namespace kato::plugin;

std::string_view kind_words(PluginKind kind) {
  return kind == PluginKind::kSink ? "sink" : "provider";
}

Status check_trust(FileSystem& files, const std::string& path) {
  for (const auto& checked : {parent_folder(path), path}) {
    const auto info = files.info(checked);
    if (!info) return forward(info);
    if (auto s = check_only_owner_writes(checked, *info, is_own_group); !s) return s;
  }
  return {};
}

// The major version of the entry that it exports instead of ours, or 0.
unsigned other_major(const ElfImage& image) {
  for (unsigned major = 2; major < 100; ++major) {
    if (image.names_symbol(fmt::format("kato_plugin_v{}", major))) return major;
  }
  return 0;
}

// Reads the identity into `identity`. An error: why the file is refused.
Status inspect(FileSystem& files, PluginIdentity& identity) {
  const std::string path = identity.path;
  if (auto s = check_trust(files, path); !s) return s;
  const auto file = files.open(path, OpenMode::kRead);
  if (!file) return forward(file);
  const auto image = ElfImage::read(**file);
  if (!image) return forward(image);
  const bool has_entry = image->names_symbol(KATO_PLUGIN_ENTRY_NAME);
  if (const unsigned major = other_major(*image); !has_entry && major != 0) {
    return fail(ErrorCode::kPlugin,
                "it is built for ABI major {}; this host speaks {}: get a build for this host",
                major, KATO_ABI_MAJOR);
  }
  if (!has_entry) return fail(ErrorCode::kPlugin, "no entry symbol " KATO_PLUGIN_ENTRY_NAME);
  auto found = image->identity();
  if (!found) return forward(found);
  if (auto s = check_identity(*found); !s) return s;
  identity = std::move(*found);
  identity.path = path;
  return {};
}

struct Slot {
  PluginEntry entry;
  std::unique_ptr<Provider> provider;
  std::unique_ptr<Sink> sink;

  void refuse(std::string reason) {
    entry.status = PluginStatus::kRefused;
    entry.reason = std::move(reason);
  }
  [[nodiscard]] bool is_refused() const { return entry.status == PluginStatus::kRefused; }
};

class ScannedRegistry final : public PluginRegistry {
 public:
  ScannedRegistry(FileSystem& files, PluginServices services)
      : files_(files), services_(std::move(services)) {}

  void scan_folder(const std::string& folder);
  void finish();

  [[nodiscard]] std::vector<PluginEntry> entries() const override;
  [[nodiscard]] std::vector<std::string> provider_ids() const override {
    return ids(PluginKind::kProvider);
  }
  [[nodiscard]] std::vector<std::string> sink_ids() const override {
    return ids(PluginKind::kSink);
  }
  [[nodiscard]] Result<const Provider*> provider(std::string_view id) override;
  [[nodiscard]] Result<const Sink*> sink(std::string_view id) override;

 private:
  void add(const std::string& path);
  void refuse_folder(const std::string& folder, std::string reason);
  void refuse_clashes();
  [[nodiscard]] std::vector<std::string> ids(PluginKind kind) const;
  [[nodiscard]] Result<Slot*> loaded(PluginKind kind, std::string_view id);
  [[nodiscard]] Status load(Slot& slot);
  [[nodiscard]] std::unexpected<Error> not_found(PluginKind kind, std::string_view id) const;

  FileSystem& files_;
  PluginServices services_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::set<std::string> seen_;  // canonical paths
};

void ScannedRegistry::refuse_folder(const std::string& folder, std::string reason) {
  auto slot = std::make_unique<Slot>();
  slot->entry.identity.path = folder;
  slot->refuse(std::move(reason));
  slots_.push_back(std::move(slot));
}

void ScannedRegistry::scan_folder(const std::string& folder) {
  if (!folder.starts_with('/')) {
    return refuse_folder(folder, "plugins are only loaded from absolute folders");
  }
  const auto children = files_.list(folder);
  if (!children && children.error().code() == ErrorCode::kNotFound) return;
  if (!children) return refuse_folder(folder, children.error().message());
  for (const auto& child : *children) {
    const bool is_file = child.type == FileType::kRegular || child.type == FileType::kSymlink;
    if (is_file && child.name.ends_with(".so")) add(join_path(folder, child.name));
  }
}

void ScannedRegistry::add(const std::string& path) {
  auto slot = std::make_unique<Slot>();
  slot->entry.identity.path = path;
  const auto canonical = files_.canonical(path);
  if (!canonical) {
    slot->refuse(canonical.error().message());
  } else {
    if (!seen_.insert(*canonical).second) return;
    slot->entry.identity.path = *canonical;
    if (auto s = inspect(files_, slot->entry.identity); !s) slot->refuse(s.error().message());
  }
  slots_.push_back(std::move(slot));
}

void ScannedRegistry::refuse_clashes() {
  for (auto& slot : slots_) {
    if (slot->is_refused()) continue;
    const auto& identity = slot->entry.identity;
    std::vector<Slot*> same;
    for (auto& other : slots_) {
      const auto& others = other->entry.identity;
      if (!other->is_refused() && others.kind == identity.kind && others.id == identity.id) {
        same.push_back(other.get());
      }
    }
    if (same.size() < 2) continue;
    std::string paths;
    for (const auto* const other : same) {
      paths += (paths.empty() ? "" : " and ") + other->entry.identity.path;
    }
    for (auto* const other : same) {
      other->refuse(fmt::format("{} are both the {} {}: remove one", paths,
                                kind_words(identity.kind), identity.id));
    }
  }
}

void ScannedRegistry::finish() {
  std::ranges::sort(slots_, {}, [](const auto& slot) {
    const auto& identity = slot->entry.identity;
    return std::tie(identity.kind, identity.id, identity.path);
  });
  refuse_clashes();
}

std::vector<PluginEntry> ScannedRegistry::entries() const {
  std::vector<PluginEntry> out;
  out.reserve(slots_.size());
  for (const auto& slot : slots_) {
    out.push_back(slot->entry);
  }
  return out;
}

std::vector<std::string> ScannedRegistry::ids(PluginKind kind) const {
  std::vector<std::string> out;
  for (const auto& slot : slots_) {
    if (!slot->is_refused() && slot->entry.identity.kind == kind) {
      out.push_back(slot->entry.identity.id);
    }
  }
  return out;
}

std::unexpected<Error> ScannedRegistry::not_found(PluginKind kind, std::string_view id) const {
  const auto known = ids(kind);
  if (known.empty()) {
    return fail(ErrorCode::kNotFound, "no {} plugin {}: none was found", kind_words(kind), id);
  }
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  if (const auto meant = nearest(id, candidates)) {
    return fail(ErrorCode::kNotFound, "no {} plugin {}: did you mean {}?", kind_words(kind), id,
                *meant);
  }
  return fail(ErrorCode::kNotFound, "no {} plugin {}: there are {}", kind_words(kind), id,
              fmt::join(known, ", "));
}

Result<Slot*> ScannedRegistry::loaded(PluginKind kind, std::string_view id) {
  Slot* refused = nullptr;
  for (auto& slot : slots_) {
    const auto& identity = slot->entry.identity;
    if (identity.kind != kind || identity.id != id) continue;
    if (slot->entry.status == PluginStatus::kLoaded) return slot.get();
    if (slot->is_refused()) {
      refused = slot.get();
      continue;
    }
    if (auto s = load(*slot); !s) {
      slot->refuse(s.error().message());
      refused = slot.get();
      continue;
    }
    return slot.get();
  }
  if (refused == nullptr) return not_found(kind, id);
  const auto& entry = refused->entry;
  return fail(ErrorCode::kPlugin, "plugin {} is refused: {}", entry.identity.path, entry.reason);
}

Status ScannedRegistry::load(Slot& slot) {
  const auto& identity = slot.entry.identity;
  if (auto s = check_trust(files_, identity.path); !s) return s;
  const auto descriptor = load_plugin_library(identity.path);
  if (!descriptor) return forward(descriptor);
  auto about = check_descriptor(**descriptor, identity);
  if (!about) return forward(about);
  LoadedPlugin plugin{identity, std::move(*about), services_};
  if (identity.kind == PluginKind::kProvider) {
    slot.provider = make_provider(std::move(plugin), *(*descriptor)->provider);
  } else if ((*descriptor)->sink->shape == KATO_SINK_RENDER) {
    slot.sink = make_sink(std::move(plugin), *(*descriptor)->sink);
  }
  slot.entry.status = PluginStatus::kLoaded;
  return {};
}

Result<const Provider*> ScannedRegistry::provider(std::string_view id) {
  const auto slot = loaded(PluginKind::kProvider, id);
  if (!slot) return forward(slot);
  return (*slot)->provider.get();
}

Result<const Sink*> ScannedRegistry::sink(std::string_view id) {
  const auto slot = loaded(PluginKind::kSink, id);
  if (!slot) return forward(slot);
  if ((*slot)->sink == nullptr) {
    return fail(ErrorCode::kUnsupported,
                "sink {} delivers events elsewhere; this version writes files only", id);
  }
  return (*slot)->sink.get();
}

}  // namespace

std::unique_ptr<PluginRegistry> PluginRegistry::scan(FileSystem& files,
                                                     const PluginSearchPath& path,
                                                     PluginServices services) {
  auto registry = std::make_unique<ScannedRegistry>(files, std::move(services));
  for (const auto& folder : path.folders) {
    registry->scan_folder(folder);
  }
  registry->finish();
  return registry;
}

}  // namespace kato
