/* Providers: native session logs in, event drafts out. */
#ifndef KATO_PROVIDER_H
#define KATO_PROVIDER_H

#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Where the logs are ---------------------------------------------------------------------- */

/* How a log grows. Unknown values: the pattern is not used, and the host says so. */
enum kato_growth {
  /* Records are lines (separated by the byte 0x0A alone) that are only ever appended. decode is
   * handed whole lines from the cursor on. */
  KATO_GROWTH_APPEND = 1,
  /* The file is one document, rewritten as a whole. decode is handed all of it each time it
   * changed; what was stated before is recognised by its keys. */
  KATO_GROWTH_DOCUMENT = 2
};

/* How bytes are packed on disk. The host unpacks; decode sees plain bytes and plain offsets. */
enum kato_packing { KATO_PACKING_NONE = 0, KATO_PACKING_ZSTD = 1 };

/* Bits of kato_source_pattern.flags. */
enum kato_source_flag {
  /* Several files may hold the same session in whole; kato_identity.rank says which one to read. */
  KATO_SOURCE_DUPLICATES_BY_RANK = 1u << 0,
  /* A new file may begin with records copied from another session's file (a resume, a fork): the
   * host compares record keys to find the unmarked copies. */
  KATO_SOURCE_MAY_COPY_HISTORY = 1u << 1,
  /* The log may state things again: drafts may carry KATO_DRAFT_REVISABLE or KATO_DRAFT_RELISTED.
   * Without this bit the host ignores those two flags, and saves itself the comparing. */
  KATO_SOURCE_RESTATES = 1u << 2
};

/* A companion that the host reads for each source of a pattern.
 * path: relative to the root, with {dir} (the source's folder), {stem} (its name up to the first
 * '.'), {parent} (name of the source's folder); may contain "..": "{dir}/{stem}.meta.json",
 * "../projects.json". */
typedef struct kato_companion_pattern {
  uint32_t struct_size;
  kato_str name; /* the plugin's name for it: "project-root" */
  kato_str path;
} kato_companion_pattern;

/* Which files below a root are sources.
 * Globs relative to the root: '*' and '?' within one path component, '**' for any number of
 * components. A file is a source of the first pattern whose include it matches and none of whose
 * excludes it matches. */
typedef struct kato_source_pattern {
  uint32_t struct_size;
  int32_t growth;  /* enum kato_growth */
  int32_t packing; /* enum kato_packing */
  uint32_t flags;  /* enum kato_source_flag */
  kato_str include;
  const kato_str* excludes;
  size_t exclude_count;
  const kato_companion_pattern* companions; /* companions[0].struct_size apart */
  size_t companion_count;
} kato_source_pattern;

/* Static data. */
typedef struct kato_source_description {
  uint32_t struct_size;
  uint32_t reserved;
  /* Folders to watch when the config names none. The host expands a leading "~" and
   * "${VAR:-default}" (defaults may nest); roots that do not exist are waited for. */
  const kato_str* default_roots;
  size_t default_root_count;
  const kato_source_pattern* patterns; /* patterns[0].struct_size apart */
  size_t pattern_count;
} kato_source_description;

/* ---- Whose file it is ------------------------------------------------------------------------ */

/* Unknown values are treated as KATO_PROBE_NOT_MINE. */
enum kato_probe_verdict {
  KATO_PROBE_NOT_MINE = 0,
  /* The first bytes do not tell. The host asks again with more, up to the whole file; if that does
   * not tell either, it asks again when the file has grown. */
  KATO_PROBE_NEED_MORE_BYTES = 1,
  KATO_PROBE_MINE = 2
};

/* Who talks to the agent. Unknown values are treated as KATO_DRIVER_UNKNOWN. */
enum kato_driver { KATO_DRIVER_UNKNOWN = 0, KATO_DRIVER_PERSON = 1, KATO_DRIVER_PROGRAM = 2 };

/* What the parent session is to this one. */
enum kato_parentage {
  KATO_PARENT_NONE = 0,
  KATO_PARENT_SPAWNED = 1, /* this is a sub-agent of the parent */
  KATO_PARENT_FORKED = 2   /* this conversation branched off the parent's */
};

/* What a source is to its session. */
enum kato_relation {
  KATO_RELATION_WHOLE = 0,        /* the session lies in it, from its beginning */
  KATO_RELATION_CONTINUATION = 1, /* goes on after another source: continues_source, continues_at */
  KATO_RELATION_COPY = 2          /* a duplicate of another source; used only if it ranks best */
};

#define KATO_MAX_SESSION_ID_BYTES 256

/* The session that a source belongs to. */
typedef struct kato_identity {
  uint32_t struct_size;
  int32_t driver;    /* enum kato_driver */
  int32_t parentage; /* enum kato_parentage */
  int32_t relation;  /* enum kato_relation */
  /* The provider's own id of the session, 1 to KATO_MAX_SESSION_ID_BYTES. The same for all sources
   * of a session; different from its parent's. */
  kato_str provider_session_id;
  kato_str parent_provider_session_id; /* absent with KATO_PARENT_NONE */
  kato_str project_directory;          /* absolute, as the log has it; absent if unknown */
  kato_str title_hint;                 /* one line; absent if unknown */
  kato_str started_at;                 /* RFC 3339 as logged, or absent */
  kato_str client_version;             /* of the agent that wrote the log, or absent */
  /* Among the files of one session that are KATO_SOURCE_DUPLICATES_BY_RANK the highest rank is
   * read; at equal rank the newest. */
  int64_t rank;
  /* KATO_RELATION_CONTINUATION: base name of the source before, or absent if the plugin cannot
   * tell (then: the older one); and where in it this one begins, in the words of the log. */
  kato_str continues_source;
  kato_str continues_at;
} kato_identity;

typedef struct kato_probe_input {
  uint32_t struct_size;
  int32_t whole_file;    /* nonzero: `head` is the whole file */
  kato_str path;         /* relative to the root; base name alone if the file is outside of one */
  kato_bytes head;       /* the first bytes, unpacked; padded (KATO_READ_PADDING_BYTES) */
  uint64_t size_bytes;   /* of the file on disk */
  kato_str options_json; /* as validated, or absent */
  const kato_companion* companions; /* companions[0].struct_size apart */
  size_t companion_count;
} kato_probe_input;

/* Where probe puts its answer: called once, and only with KATO_PROBE_MINE. */
typedef struct kato_identity_writer {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  void (*identity)(void* context, const kato_identity* identity);
} kato_identity_writer;

/* ---- Decoding -------------------------------------------------------------------------------- */

/* What became of a record. Unknown values are treated as KATO_RECORD_RAW. */
enum kato_record_outcome {
  KATO_RECORD_MAPPED = 1,  /* gave at least one draft of another kind than info and raw */
  KATO_RECORD_INFO = 2,    /* gave provider.info only */
  KATO_RECORD_RAW = 3,     /* no mapping is known: gave provider.raw, and nothing else or besides
                              the parts that are known */
  KATO_RECORD_IGNORED = 4, /* gave nothing, for a named reason */
  KATO_RECORD_MALFORMED =
      5,                /* is not what the format says: broken JSON, a wrong type at the root */
  KATO_RECORD_HELD = 6, /* consumed, but not decided yet: reported again when it is */
  /* Only with KATO_DECODE_KNOWS_LAST: the record in this place of the document before, counted from
   * its first, would be said again just as it was. No drafts, and only offset_bytes and
   * length_bytes are looked at. */
  KATO_RECORD_UNCHANGED = 7
};

/* The account of one record. Each consumed byte belongs to exactly one record; a blank line and a
 * byte-order mark count as records too (KATO_RECORD_IGNORED, "blank"). Reported once, or, if held,
 * once as KATO_RECORD_HELD and once more, at the same offset, with its final outcome. */
typedef struct kato_record {
  uint32_t struct_size;
  int32_t outcome;       /* enum kato_record_outcome */
  uint64_t offset_bytes; /* in the source */
  uint64_t length_bytes; /* with its line end */
  kato_str type;         /* the log's own name for it: "assistant/text"; bounded, no user text */
  kato_str reason;       /* KATO_RECORD_IGNORED and _MALFORMED: kebab-case; else absent */
  kato_str key;          /* the record's key, as in kato_draft */
  /* Characters of it that were no text (lone surrogates, invalid UTF-8) and became U+FFFD. */
  uint64_t repaired_count;
} kato_record;

/* Facts on the session that were learnt while decoding. Absent fields leave what is known. */
typedef struct kato_session_facts {
  uint32_t struct_size;
  uint32_t reserved;
  kato_str project_directory;
  kato_str client_version;
} kato_session_facts;

/* Where decode puts its results, in the order of the log. The host copies before it returns. */
typedef struct kato_emitter {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  void (*draft)(void* context, const kato_draft* draft);
  void (*record)(void* context, const kato_record* record);
  void (*facts)(void* context, const kato_session_facts* facts);
} kato_emitter;

typedef struct kato_open_input {
  uint32_t struct_size;
  uint32_t reserved;
  kato_str path; /* as in kato_probe_input */
  const kato_identity* identity;
  kato_str options_json;
  const kato_companion* companions; /* companions[0].struct_size apart */
  size_t companion_count;
  /* NULL: from the source's beginning. Else what save gave at exactly the offset where decode is
   * going to go on. */
  const kato_state_blob* state;
} kato_open_input;

/* Bits of kato_decode_input.flags. Unknown bits are ignored. */
enum kato_decode_flag {
  /* Nothing follows `bytes` at this moment. A whole record at the end is consumed even if its line
   * end is missing, if and only if KATO_DECODE_FINAL is set too. Releases nothing that is held. */
  KATO_DECODE_END_OF_INPUT = 1u << 0,
  /* The source is known to be finished (an export, an inspection): account for an unterminated
   * last line as a record, malformed if it does not parse. */
  KATO_DECODE_FINAL = 1u << 1,
  /* KATO_GROWTH_DOCUMENT: the host knows what this instance said when it last took a document. Of
   * what it would say again, record for record and draft for draft, it may say
   * KATO_RECORD_UNCHANGED instead. A document that is rewritten with each message is so taken in
   * the time that its new part needs. It may as well say everything. */
  KATO_DECODE_KNOWS_LAST = 1u << 2
};

typedef struct kato_decode_input {
  uint32_t struct_size;
  uint32_t flags; /* enum kato_decode_flag */
  /* KATO_GROWTH_APPEND: bytes from the cursor on, beginning at a record's first byte. They may end
   * within a record. KATO_GROWTH_DOCUMENT: the whole document. Padded. */
  kato_bytes bytes;
  /* Offset of bytes.data[0] in the source. 0 for documents. */
  uint64_t base_offset_bytes;
} kato_decode_input;

/* A record that is held back: enough to have it again, and nothing of what it says. */
typedef struct kato_held_record {
  uint32_t struct_size;
  uint32_t reserved;
  kato_str key;
  kato_range range;
} kato_held_record;

typedef struct kato_saved_state {
  uint32_t struct_size;
  uint32_t reserved;
  const kato_state_blob* state;
  const kato_held_record* held; /* held[0].struct_size apart */
  size_t held_count;
} kato_saved_state;

typedef struct kato_state_writer {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  void (*state)(void* context, const kato_saved_state* state);
} kato_state_writer;

/* One source being decoded: the plugin's own type. */
typedef struct kato_provider_instance kato_provider_instance;

/* LAWS, checked for every plugin by the conformance kit:
 * - split invariance: the same bytes cut at any record boundaries, with save, close and open in
 *   between, give the same drafts and the same account;
 * - determinism: the same input gives the same output;
 * - totality: any bytes give an outcome, in time linear in their length;
 * - full account: consumed bytes = bytes of the reported records. */
typedef struct kato_provider_api {
  uint32_t struct_size;
  uint32_t reserved;

  /* [any] Where this provider's logs are. *out: static data. options_json: validated, or absent.
   * KATO_OK. KATO_UNSUPPORTED: the options make no sense (said through host->error). */
  kato_status (*describe_sources)(const kato_host* host, kato_str options_json,
                                  const kato_source_description** out);

  /* [any] Looks at a file's first bytes. *verdict: enum kato_probe_verdict. Calls out->identity
   * once if and only if the verdict is KATO_PROBE_MINE.
   * KATO_OK, KATO_RETRY_LATER; anything else is treated as KATO_PROBE_NOT_MINE and reported. */
  kato_status (*probe)(const kato_host* host, const kato_probe_input* input,
                       const kato_identity_writer* out, int32_t* verdict);

  /* [worker] Makes an instance that decodes one source. *out: owned by the plugin until close.
   * KATO_OK. KATO_UNSUPPORTED: the saved state does not fit this version; the host rebuilds it
   * by decoding from the beginning with the drafts discarded. */
  kato_status (*open)(const kato_host* host, const kato_open_input* input,
                      kato_provider_instance** out);

  /* [worker] Destroys the instance. Never fails. NULL is allowed. */
  void (*close)(kato_provider_instance* self);

  /* [worker] Takes whole records off the front of input->bytes.
   * *consumed_bytes: set with every status; at most input->bytes.size; ends at a record boundary.
   *   For a document: all of it or 0.
   * KATO_OK: 0 consumed means that more input is needed.
   * KATO_SKIP_RECORD: the record behind the consumed ones cannot be handled; the host steps over
   *   it up to the next line end.
   * KATO_RETRY_LATER: nothing was consumed and nothing was said (a document that is half written).
   * KATO_CANCELLED, KATO_QUARANTINE_SOURCE: what was consumed counts.
   * KATO_FATAL, KATO_UNSUPPORTED: nothing of this call counts; the host closes the instance and
   *   goes on, if at all, from the last state that it saved. */
  kato_status (*decode)(kato_provider_instance* self, const kato_host* host,
                        const kato_decode_input* input, const kato_emitter* out,
                        uint64_t* consumed_bytes);

  /* [worker] Calls out->state once with the state behind the last consumed byte. Callable at any
   * time between decodes; changes nothing.
   * KATO_OK, KATO_RETRY_LATER. */
  kato_status (*save)(kato_provider_instance* self, const kato_host* host,
                      const kato_state_writer* out);
} kato_provider_api;

#ifdef __cplusplus
}
#endif

#endif /* KATO_PROVIDER_H */
