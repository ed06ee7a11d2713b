/* Canonical events as they cross the plugin boundary: drafts (provider -> host) and events
 * (host -> sink). Meaning of the kinds and their fields: docs/events.md.
 *
 * All structs here are borrowed for the call that hands them over; see abi.h. */
#ifndef KATO_EVENT_H
#define KATO_EVENT_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The kinds of schema version 1, and the fields of kato_payload that each one uses. A field that a
 * kind does not list is ignored. `?`: may be absent. Unknown values are treated as
 * KATO_PROVIDER_RAW. */
enum kato_event_kind {
  /* Text that the person wrote. text, phase?, attachments?. Only this kind can carry a command, so
   * a provider never uses it for text that the client put into a user's turn. */
  KATO_USER_MESSAGE = 1,
  /* Derived by the host from a KATO_USER_MESSAGE; a provider never drafts it. */
  KATO_USER_KATO_COMMAND = 2,
  /* The person's answer. decision_id, selections (may be empty), free_text?. */
  KATO_USER_DECISION_RESPONSE = 3,
  /* Natural-language output. text, phase?, attachments?. */
  KATO_ASSISTANT_MESSAGE = 4,
  /* Reasoning, where the log has it in clear. text. */
  KATO_ASSISTANT_THINKING = 5,
  /* tool_call_id, name, input_json?, description?, parent_tool_call_id?. */
  KATO_ASSISTANT_TOOL_CALL = 6,
  /* tool_call_id, text (the result), KATO_PAYLOAD_IS_ERROR, KATO_PAYLOAD_TRUNCATED. */
  KATO_ASSISTANT_TOOL_RESULT = 7,
  /* decision_id, decision_key, text (the prompt), options, KATO_PAYLOAD_MULTI_SELECT. */
  KATO_ASSISTANT_DECISION_PROMPT = 8,
  /* Text meant for the conversation but written by neither. text, subtype. */
  KATO_SYSTEM_MESSAGE = 9,
  /* Metadata. subtype, level?, text?, data_json?. Subtypes that the host gives a meaning:
   * "title" (text: a title for the session), "interruption", "api-error". */
  KATO_PROVIDER_INFO = 10,
  /* A record that has no mapping. raw_type. The host knows the record's range from the draft. */
  KATO_PROVIDER_RAW = 11
};

/* How a cursor counts. Unknown values are treated as opaque. */
enum kato_cursor_kind {
  KATO_CURSOR_BYTE_OFFSET = 1, /* value: offset of the record in its source, in bytes */
  KATO_CURSOR_ITEM_INDEX = 2,  /* value: 0-based index of the item in a document */
  KATO_CURSOR_OPAQUE = 3       /* opaque: the plugin's own text */
};

/* The position of a record within its source, as it is shown and stored. Frozen. */
typedef struct kato_cursor {
  int32_t kind; /* enum kato_cursor_kind */
  uint32_t reserved;
  uint64_t value;
  kato_str opaque;
} kato_cursor;

/* Severity of KATO_PROVIDER_INFO and of log lines. Unknown values are treated as KATO_LEVEL_INFO.
 */
enum kato_level {
  KATO_LEVEL_UNSET = 0,
  KATO_LEVEL_DEBUG = 1,
  KATO_LEVEL_INFO = 2,
  KATO_LEVEL_WARNING = 3,
  KATO_LEVEL_ERROR = 4
};

/* One option of a decision. */
typedef struct kato_option {
  uint32_t struct_size;
  kato_str label;
  kato_str description; /* may be absent */
} kato_option;

/* A description of something attached to a message. Never its bytes. */
typedef struct kato_attachment {
  uint32_t struct_size;
  kato_str media_type; /* "image/png"; absent if unknown */
  kato_str name;       /* file name or path as the log has it; may be absent */
  uint64_t size_bytes; /* decoded size; UINT64_MAX if unknown */
  kato_str hash; /* "xxh3:" and 16 hex digits over the logged (encoded) bytes; may be absent */
} kato_attachment;

/* Bits of kato_payload.flags. Unknown bits are ignored. */
enum kato_payload_flag {
  KATO_PAYLOAD_IS_ERROR = 1u << 0,    /* the tool call failed; absent: succeeded or unknown */
  KATO_PAYLOAD_TRUNCATED = 1u << 1,   /* the log holds only a part of the result */
  KATO_PAYLOAD_MULTI_SELECT = 1u << 2 /* several options may be chosen */
};

/* The fields of all kinds; enum kato_event_kind says which kind uses which. */
typedef struct kato_payload {
  uint32_t struct_size;
  uint32_t flags; /* enum kato_payload_flag */
  kato_str text;
  kato_str phase;   /* "commentary", "final", or absent */
  kato_str subtype; /* kebab-case */
  int32_t level;    /* enum kato_level */
  uint32_t reserved;
  kato_str tool_call_id;
  kato_str parent_tool_call_id;
  kato_str tool_name;
  kato_str description;
  kato_str input_json; /* one JSON value, preferably the log's own bytes; the host validates it */
  kato_str data_json;  /* likewise */
  kato_str decision_id;
  kato_str decision_key;
  kato_str free_text;
  kato_str raw_type;
  const kato_option* options; /* option_count structs, options[0].struct_size apart */
  size_t option_count;
  const kato_str* selections;
  size_t selection_count;
  const kato_attachment*
      attachments; /* attachment_count structs, attachments[0].struct_size apart */
  size_t attachment_count;
} kato_payload;

/* Bits of kato_draft.flags. Unknown bits are ignored. */
enum kato_draft_flag {
  /* Part of this conversation but copied from another session (a fork's history): captured, never
   * obeyed. */
  KATO_DRAFT_INHERITED = 1u << 0,
  /* The client wrote known history again under new ids. The host aligns these drafts, in order,
   * with the events that it knows; what matches is dropped and never commands. */
  KATO_DRAFT_RELISTED = 1u << 1,
  /* The log may state this part again with other content (a message that is written again when it
   * grows). If the host knows an event with the same record key and part key whose content
   * differs, this draft becomes a revision of it. Without the bit the first statement stands. */
  KATO_DRAFT_REVISABLE = 1u << 2
};

#define KATO_MAX_KEY_BYTES 512

/* One event as the provider sees it. The host adds event id, seq, capture time and session. */
typedef struct kato_draft {
  uint32_t struct_size;
  int32_t kind;   /* enum kato_event_kind */
  uint32_t flags; /* enum kato_draft_flag */
  /* 0-based position among the drafts of the same record. */
  uint32_t emit_index;
  /* The record's key: the log's own id where it has one, else as docs/events.md says ("Keys").
   * Unique within the session; the same wherever the record is copied or moved to; never made from
   * offsets. At most KATO_MAX_KEY_BYTES. The event id is derived from it. */
  kato_str record_key;
  /* The plugin's stable name of the part within the record: "text/0", "call/<id>". Never changes
   * between versions of the plugin. At most KATO_MAX_KEY_BYTES. */
  kato_str part_key;
  /* The record's bytes in its source (not within the bytes of this call). */
  uint64_t record_offset_bytes;
  uint64_t record_length_bytes;
  kato_cursor cursor;
  kato_str provider_event_type; /* "assistant/text": the log's words for it */
  kato_str provider_event_id;   /* may be absent */
  /* RFC 3339 exactly as the log has it, or absent. The host drops one that it cannot parse. Never
   * invented, never taken over from a neighbour. */
  kato_str provider_timestamp;
  kato_str turn_id; /* may be absent */
  kato_str model;   /* may be absent */
  const kato_payload* payload;
} kato_draft;

/* What the host knows of the session that an event belongs to. */
typedef struct kato_session_ref {
  uint32_t struct_size;
  kato_str provider;
  kato_str provider_session_id;
  kato_str session_id; /* UUID-shaped */
} kato_session_ref;

/* Bits of kato_event.flags. Unknown bits are ignored. */
enum kato_event_flag { KATO_EVENT_INHERITED = 1u << 0 };

#define KATO_NO_TIME INT64_MIN

/* One canonical event, complete. */
typedef struct kato_event {
  uint32_t struct_size;
  int32_t kind;   /* enum kato_event_kind; other values may come from newer hosts: ignore them */
  uint32_t flags; /* enum kato_event_flag */
  /* Offset of the recording's pinned time zone from UTC at `time_unix_ms`, in seconds east. */
  int32_t utc_offset_s;
  kato_str event_id; /* 32 hex digits */
  uint64_t seq;      /* 1-based, grows within the session, may have gaps */
  const kato_session_ref* session;
  kato_str revises; /* event id of the event that this one restates, or absent */
  kato_str provider_event_type;
  kato_str provider_event_id;
  kato_cursor cursor;
  uint32_t emit_index;
  uint32_t reserved;
  kato_str provider_timestamp; /* as logged, or absent */
  kato_str captured_at;        /* RFC 3339 UTC; only on live events */
  /* The time to show: the provider's, else the captured one, in ms since 1970 UTC; KATO_NO_TIME
   * if there is neither. */
  int64_t time_unix_ms;
  kato_str turn_id;
  kato_str model;
  const kato_payload* payload;
  /* KATO_USER_KATO_COMMAND only. */
  kato_str command;      /* "start", "capture", ... */
  kato_str raw_argument; /* as written, or absent */
  kato_str target;       /* what the argument was understood as, or absent */
  kato_str command_error;
  uint64_t command_line; /* 1-based line within the message */
  /* The event as its line of the twin, without the newline. Present if the sink's flags have
   * KATO_SINK_WANTS_JSON, else possibly absent. */
  kato_str canonical_json;
} kato_event;

#ifdef __cplusplus
}
#endif

#endif /* KATO_EVENT_H */
