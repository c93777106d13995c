// Made by scripts/gen-api.mjs from the OpenAPI document of the service: do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * DeleteFile
         * @description Out of every list; nothing is lost, and `restore` brings it back.
         */
        DeleteFile: Record<string, never>;
        /**
         * EraseFile
         * @description Name, words and bytes of all versions become unreadable everywhere, for good.
         */
        EraseFile: Record<string, never>;
        /**
         * RenameFile
         * @example {
         *       "name": "offer 2.pdf"
         *     }
         */
        RenameFile: {
            /** Name */
            name: string;
        };
        /** RestoreFile */
        RestoreFile: Record<string, never>;
        /** Link */
        ActivityLink: {
            /**
             * Type
             * @enum {string}
             */
            type: "account" | "contact" | "lead" | "opportunity";
            /** Id */
            id: string;
        };
        /** Participant */
        ActivityParticipant: {
            /**
             * Type
             * @enum {string}
             */
            type: "user" | "contact" | "lead";
            /** Id */
            id: string;
            /**
             * Response
             * @enum {string}
             */
            response: "" | "accepted" | "declined" | "tentative";
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        ActivityPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /**
             * Kind · 类型
             * @description `task` Task, `call` Call, `meeting` Meeting, `note` Note, `email` E-mail
             * @enum {string}
             */
            kind?: "task" | "call" | "meeting" | "note" | "email";
            /** Subject · 主题 */
            subject?: string;
            /** Body · 内容 */
            body?: string;
            /** Location · 地点 */
            location?: string;
            /**
             * From · 发件人
             * @description "" = none
             */
            sender?: string;
            /** To · 收件人 */
            recipients?: string[];
            /**
             * Status · 状态
             * @description `open` Open, `done` Done, `cancelled` Cancelled
             * @enum {string}
             */
            status?: "open" | "done" | "cancelled";
            /**
             * Start · 开始
             * Format: date-time
             */
            start?: string | null;
            /**
             * Due · 截止
             * Format: date-time
             */
            due?: string | null;
            /**
             * Due on · 截止日
             * Format: date
             * @description YYYY-MM-DD
             */
            due_on?: string | null;
            /**
             * Completed · 完成时间
             * Format: date-time
             */
            completed_at?: string | null;
            /**
             * At · 时间
             * Format: date-time
             */
            at?: string;
            /** Duration (minutes) · 时长（分钟） */
            duration?: number | null;
            /**
             * Direction · 方向
             * @description `inbound` Inbound, `outbound` Outbound, "" = none
             * @enum {string}
             */
            direction?: "inbound" | "outbound" | "";
            /**
             * Priority · 优先级
             * @description `low` Low, `normal` Normal, `high` High
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            /**
             * Linked records · 相关记录
             * @description The id of account or contact or lead or opportunity
             */
            links?: string[];
            /** Linked records with types · 相关记录及类型 */
            linked_to?: components["schemas"]["ActivityLink"][];
            /** Participants · 参与人 */
            participants?: components["schemas"]["ActivityParticipant"][];
            /**
             * Participant ids · 参与人编号
             * @description The id of user or contact or lead
             */
            invited?: string[];
            /**
             * Mentioned users · 提及的用户
             * @description The id of user
             */
            mentions?: string[];
            /**
             * Persons ever involved · 曾涉及的人
             * @description The id of contact or lead
             */
            about?: string[];
            /**
             * Owner · 负责人
             * @description The id of user
             */
            owner?: string | null;
            /** Tags · 标签 */
            tags?: string[];
            /** Archived · 已归档 */
            archived?: boolean;
            /** Erased · 已抹除 */
            erased?: boolean;
            /**
             * Created · 创建时间
             * Format: date-time
             */
            created_at?: string;
            /**
             * Created by · 创建人
             * @description The id of user, "" = none
             */
            created_by?: string;
            /**
             * Updated · 更新时间
             * Format: date-time
             */
            updated_at?: string;
            /**
             * Updated by · 更新人
             * @description The id of user, "" = none
             */
            updated_by?: string;
            /** Custom fields · 自定义字段 */
            custom?: Record<string, never>;
            /** Custom text · 自定义文本 */
            custom_text?: string;
            /** Formulas · 公式 */
            formulas?: Record<string, never>;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
            /** @description With `rights`: what you may do with the record in its present state */
            rights?: {
                read: boolean;
                /** @description Whether the edit in place is open */
                edit: boolean;
                /** @description Fields that you cannot change now */
                fields: string[];
                commands: {
                    [key: string]: boolean;
                };
            };
        };
        /**
         * @description With all its fields
         * @example {
         *       "kind": "task",
         *       "subject": "Send the offer 发送报价",
         *       "body": "",
         *       "location": "",
         *       "sender": "",
         *       "recipients": [],
         *       "status": "open",
         *       "start": null,
         *       "due": "2026-12-01T09:00:00+08:00",
         *       "due_on": null,
         *       "completed_at": null,
         *       "at": "1970-01-01T00:00:00.000000Z",
         *       "duration": null,
         *       "direction": "",
         *       "priority": "normal",
         *       "links": [],
         *       "linked_to": [],
         *       "participants": [],
         *       "invited": [],
         *       "mentions": [],
         *       "about": [],
         *       "owner": null,
         *       "tags": [],
         *       "archived": false,
         *       "erased": false,
         *       "created_at": "2026-11-24T01:30:00.000000Z",
         *       "created_by": "",
         *       "updated_at": "2026-11-24T01:30:00.000000Z",
         *       "updated_by": "",
         *       "custom": {},
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 1
         *     }
         */
        Activity: WithRequired<components["schemas"]["ActivityPart"], "id" | "version" | "kind" | "subject" | "body" | "location" | "sender" | "recipients" | "status" | "start" | "due" | "due_on" | "completed_at" | "at" | "duration" | "direction" | "priority" | "links" | "linked_to" | "participants" | "invited" | "mentions" | "about" | "owner" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        AttachmentPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** File name · 文件名 */
            name?: string;
            /**
             * Record type · 记录类型
             * @description "" = none
             */
            record_type?: string;
            /**
             * Record · 记录
             * @description "" = none
             */
            record?: string;
            /**
             * Media type · 媒体类型
             * @description "" = none
             */
            media?: string;
            /** Size (bytes) · 大小（字节） */
            size?: number;
            /**
             * Content id · 内容编号
             * @description "" = none
             */
            content?: string;
            /**
             * SHA-256 · 校验和
             * @description "" = none
             */
            sha256?: string;
            /**
             * Virus scan · 病毒扫描
             * @description `clean` Nothing found, `infected` Infected, `too-large` Too large to scan, "" = none
             * @enum {string}
             */
            scan?: "clean" | "infected" | "too-large" | "";
            /**
             * Virus found · 发现的病毒
             * @description "" = none
             */
            virus?: string;
            /**
             * Reading of the text · 文本读取
             * @description `read` Read, `type` Nothing to read in it, `no-text` No words in it, `encrypted` Encrypted, `broken` Broken, `too-large` Too large to read, `too-slow` Took too long, "" = none
             * @enum {string}
             */
            reading?: "read" | "type" | "no-text" | "encrypted" | "broken" | "too-large" | "too-slow" | "";
            /** Has a preview · 有预览图 */
            preview?: boolean;
            /** Versions · 版本 */
            versions?: {
                [key: string]: unknown;
            }[];
            /** Text in it · 文件文本 */
            text?: string;
            /** Waits for · 待处理 */
            waits?: string[];
            /** Tags · 标签 */
            tags?: string[];
            /** Archived · 已归档 */
            archived?: boolean;
            /** Erased · 已抹除 */
            erased?: boolean;
            /**
             * Created · 创建时间
             * Format: date-time
             */
            created_at?: string;
            /**
             * Created by · 创建人
             * @description The id of user, "" = none
             */
            created_by?: string;
            /**
             * Updated · 更新时间
             * Format: date-time
             */
            updated_at?: string;
            /**
             * Updated by · 更新人
             * @description The id of user, "" = none
             */
            updated_by?: string;
            /** Custom fields · 自定义字段 */
            custom?: Record<string, never>;
            /** Custom text · 自定义文本 */
            custom_text?: string;
            /** Formulas · 公式 */
            formulas?: Record<string, never>;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
            /** @description With `rights`: what you may do with the record in its present state */
            rights?: {
                read: boolean;
                /** @description Whether the edit in place is open */
                edit: boolean;
                /** @description Fields that you cannot change now */
                fields: string[];
                commands: {
                    [key: string]: boolean;
                };
            };
        };
        /**
         * @description With all its fields
         * @example {
         *       "name": "",
         *       "record_type": "",
         *       "record": "",
         *       "media": "",
         *       "size": 0,
         *       "content": "",
         *       "sha256": "",
         *       "scan": "",
         *       "virus": "",
         *       "reading": "",
         *       "preview": false,
         *       "versions": [],
         *       "text": "",
         *       "waits": [
         *         "read"
         *       ],
         *       "tags": [],
         *       "archived": false,
         *       "erased": false,
         *       "created_at": "2026-11-24T01:30:00.000000Z",
         *       "created_by": "",
         *       "updated_at": "2026-11-24T01:30:00.000000Z",
         *       "updated_by": "",
         *       "custom": {},
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 1
         *     }
         */
        Attachment: WithRequired<components["schemas"]["AttachmentPart"], "id" | "version" | "name" | "record_type" | "record" | "media" | "size" | "content" | "sha256" | "scan" | "virus" | "reading" | "preview" | "versions" | "text" | "waits" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        AttachmentPage: {
            items: (components["schemas"]["Attachment"] | components["schemas"]["AttachmentPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * @example {
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 2,
         *       "undo": {
         *         "method": "POST",
         *         "path": "/service/records/0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11/undo",
         *         "body": {
         *           "version": 2
         *         },
         *         "label": "Undo this change"
         *       }
         *     }
         */
        Changed: {
            /** Format: uuid */
            id: string;
            version: number;
            /** @description The request that takes the change back, to be sent as it is; null = `undo_reason` says why not */
            undo: {
                /** @enum {string} */
                method: "POST" | "PATCH";
                path: string;
                body: Record<string, never>;
                /** @description In the language of the caller's `Accept-Language` */
                label: string;
            } | null;
            /** @description Why `undo` is null; absent where it is not */
            undo_reason?: {
                code: string;
                message: string;
            };
        };
        HistoryEntry: {
            version: number;
            event_id: string;
            /** @description Of the event, with its domain */
            type: string;
            /** Format: date-time */
            occurred_at: string;
            /** Format: date-time */
            recorded_at: string;
            actor: string;
            on_behalf_of: string;
            /** @description The id that the changes of one request share */
            command: string;
            /** @description With its service, as in `/meta` */
            command_name: string;
            correlation_id: string;
            causation_id: string;
            reason: string;
            /** @description field → its value before and after; custom ones as `custom.<name>` */
            changes: {
                [key: string]: {
                    from?: unknown;
                    to?: unknown;
                };
            };
            undoable: boolean;
            /** @description The request that takes the change back, to be sent as it is; null = `undo_reason` says why not */
            undo: {
                /** @enum {string} */
                method: "POST" | "PATCH";
                path: string;
                body: Record<string, never>;
                /** @description In the language of the caller's `Accept-Language` */
                label: string;
            } | null;
            /** @description Why `undo` is null; absent where it is not */
            undo_reason?: {
                code: string;
                message: string;
            };
        };
        History: {
            items: components["schemas"]["HistoryEntry"][];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * ArchiveAccount
         * @description force: even with open opportunities; say why in X-Reason.
         */
        ArchiveAccount: {
            /**
             * Cause
             * @default
             */
            cause?: string;
            /**
             * Force
             * @default false
             */
            force?: boolean;
        };
        /** ChangeAccountDetails */
        ChangeAccountDetails: {
            /**
             * Industry
             * @default
             */
            industry?: string;
            /**
             * Website
             * @default
             */
            website?: string;
            /**
             * Email
             * @default
             * @example li.lei@example.com
             */
            email?: string;
            /**
             * Phone
             * @default
             * @example +861012345678
             */
            phone?: string;
            /**
             * Fax
             * @default
             * @example +861012345678
             */
            fax?: string;
            /**
             * Tax Id
             * @default
             */
            tax_id?: string;
            /**
             * Country
             * @default
             * @example CN
             */
            country?: string;
            /**
             * City
             * @default
             */
            city?: string;
            /**
             * Region
             * @default
             */
            region?: string;
            /**
             * Postcode
             * @default
             */
            postcode?: string;
            /**
             * Address
             * @default
             */
            address?: string;
            /**
             * Employees
             * @default null
             */
            employees?: number | null;
            /**
             * Annual Revenue
             * @default null
             */
            annual_revenue?: (string | number) | null;
            /**
             * Currency
             * @default null
             */
            currency?: string | null;
            /**
             * Founded
             * @default null
             */
            founded?: number | null;
            /**
             * Source
             * @default
             */
            source?: string;
            /**
             * External Id
             * @default
             */
            external_id?: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
            /**
             * Name
             * @default
             */
            name?: string;
        };
        /** ChangeAccountType */
        ChangeAccountType: {
            /**
             * Type
             * @enum {string}
             */
            type: "prospect" | "customer" | "partner" | "supplier" | "competitor" | "other";
        };
        /**
         * CreateAccount
         * @example {
         *       "country": "CN",
         *       "industry": "retail",
         *       "name": "Acme 有限公司"
         *     }
         */
        CreateAccount: {
            /**
             * Industry
             * @default
             */
            industry?: string;
            /**
             * Website
             * @default
             */
            website?: string;
            /**
             * Email
             * @default
             * @example li.lei@example.com
             */
            email?: string;
            /**
             * Phone
             * @default
             * @example +861012345678
             */
            phone?: string;
            /**
             * Fax
             * @default
             * @example +861012345678
             */
            fax?: string;
            /**
             * Tax Id
             * @default
             */
            tax_id?: string;
            /**
             * Country
             * @default
             * @example CN
             */
            country?: string;
            /**
             * City
             * @default
             */
            city?: string;
            /**
             * Region
             * @default
             */
            region?: string;
            /**
             * Postcode
             * @default
             */
            postcode?: string;
            /**
             * Address
             * @default
             */
            address?: string;
            /**
             * Employees
             * @default null
             */
            employees?: number | null;
            /**
             * Annual Revenue
             * @default null
             */
            annual_revenue?: (string | number) | null;
            /**
             * Currency
             * @default null
             */
            currency?: string | null;
            /**
             * Founded
             * @default null
             */
            founded?: number | null;
            /**
             * Source
             * @default
             */
            source?: string;
            /**
             * External Id
             * @default
             */
            external_id?: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
            /** Name */
            name: string;
            /**
             * Type
             * @default prospect
             * @enum {string}
             */
            type?: "prospect" | "customer" | "partner" | "supplier" | "competitor" | "other";
            /**
             * Parent
             * @default null
             */
            parent?: string | null;
            /**
             * Owner
             * @default null
             */
            owner?: string | null;
            /**
             * Allow Duplicate
             * @default false
             */
            allow_duplicate?: boolean;
        };
        /**
         * GradeAccount
         * @description How much it matters to us; "" takes the grade away.
         */
        GradeAccount: {
            /**
             * Grade
             * @enum {string}
             */
            grade: "" | "A" | "B" | "C" | "D";
        };
        /**
         * Merge
         * @description Absorb other records. choices: which of their values to take, as {field: id}; the rest stays the survivor's.
         */
        Merge: {
            /** Absorb */
            absorb: string[];
            /** Choices */
            choices?: {
                [key: string]: string;
            };
        };
        /** Restore */
        Restore: Record<string, never>;
        /**
         * SetParentAccount
         * @description Place the account under another one; null = at the top.
         */
        SetParentAccount: {
            /** Parent */
            parent: string | null;
        };
        /** SetTags */
        SetTags: {
            /**
             * Add
             * @default []
             */
            add?: string[];
            /**
             * Remove
             * @default []
             */
            remove?: string[];
        };
        /**
         * Transfer
         * @description Give the record to another user; null = to nobody.
         */
        Transfer: {
            /** Owner */
            owner: string | null;
        };
        /**
         * Undo
         * @description Take back the change that made `version`; with `first`, all changes from that version on, as one.
         */
        Undo: {
            /** Version */
            version: number;
            /**
             * First
             * @default null
             */
            first?: number | null;
        };
        /**
         * Unmerge
         * @description Let absorbed records stand by themselves again; values that were not changed since go back.
         *
         *     allow_duplicate: even one that another record took meanwhile; say why in `X-Reason`.
         */
        Unmerge: {
            /** Release */
            release: string[];
            /**
             * Allow Duplicate
             * @default false
             */
            allow_duplicate?: boolean;
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        AccountPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /**
             * Type · 类型
             * @description `prospect` Prospect, `customer` Customer, `partner` Partner, `supplier` Supplier, `competitor` Competitor, `other` Other
             * @enum {string}
             */
            type?: "prospect" | "customer" | "partner" | "supplier" | "competitor" | "other";
            /**
             * Grade · 客户等级
             * @description `A` A, `B` B, `C` C, `D` D, "" = none
             * @enum {string}
             */
            grade?: "A" | "B" | "C" | "D" | "";
            /**
             * Parent · 上级客户
             * @description The id of account
             */
            parent?: string | null;
            /** Industry · 行业 */
            industry?: string;
            /**
             * Website · 网址
             * @description "" = none
             */
            website?: string;
            /**
             * E-mail · 邮箱
             * @description "" = none
             */
            email?: string;
            /**
             * Phone · 电话
             * @description "" = none
             */
            phone?: string;
            /**
             * Fax · 传真
             * @description "" = none
             */
            fax?: string;
            /**
             * Tax id · 税号
             * @description "" = none
             */
            tax_id?: string;
            /**
             * Country · 国家/地区
             * @description "" = none
             */
            country?: string;
            /** City · 城市 */
            city?: string;
            /** State or province · 省/州 */
            region?: string;
            /**
             * Postcode · 邮编
             * @description "" = none
             */
            postcode?: string;
            /** Address · 地址 */
            address?: string;
            /** Employees · 员工数 */
            employees?: number | null;
            /**
             * Annual revenue · 年营收
             * @description A decimal number as text
             */
            annual_revenue?: string | null;
            /**
             * Currency · 币种
             * @description "" = none
             */
            currency?: string | null;
            /** Founded · 成立年份 */
            founded?: number | null;
            /** Source · 来源 */
            source?: string;
            /**
             * External id · 外部编号
             * @description "" = none
             */
            external_id?: string;
            /** Description · 备注 */
            description?: string;
            /**
             * Merged into · 已合并至
             * @description The id of account
             */
            merged_into?: string | null;
            /**
             * Absorbed · 已并入
             * @description The id of account
             */
            absorbed?: string[];
            /**
             * Match key · 查重键
             * @description "" = none
             */
            match_key?: string;
            /**
             * Site key · 域名查重键
             * @description "" = none
             */
            site_key?: string;
            /** Key account · 重点客户 */
            key_account?: boolean;
            /**
             * Owner · 负责人
             * @description The id of user
             */
            owner?: string | null;
            /** Tags · 标签 */
            tags?: string[];
            /** Archived · 已归档 */
            archived?: boolean;
            /** Erased · 已抹除 */
            erased?: boolean;
            /**
             * Created · 创建时间
             * Format: date-time
             */
            created_at?: string;
            /**
             * Created by · 创建人
             * @description The id of user, "" = none
             */
            created_by?: string;
            /**
             * Updated · 更新时间
             * Format: date-time
             */
            updated_at?: string;
            /**
             * Updated by · 更新人
             * @description The id of user, "" = none
             */
            updated_by?: string;
            /** Custom fields · 自定义字段 */
            custom?: Record<string, never>;
            /** Custom text · 自定义文本 */
            custom_text?: string;
            /** Formulas · 公式 */
            formulas?: Record<string, never>;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
            /** @description With `rights`: what you may do with the record in its present state */
            rights?: {
                read: boolean;
                /** @description Whether the edit in place is open */
                edit: boolean;
                /** @description Fields that you cannot change now */
                fields: string[];
                commands: {
                    [key: string]: boolean;
                };
            };
        };
        /**
         * @description With all its fields
         * @example {
         *       "name": "Acme 有限公司",
         *       "type": "prospect",
         *       "grade": "",
         *       "parent": null,
         *       "industry": "retail",
         *       "website": "",
         *       "email": "",
         *       "phone": "",
         *       "fax": "",
         *       "tax_id": "",
         *       "country": "CN",
         *       "city": "",
         *       "region": "",
         *       "postcode": "",
         *       "address": "",
         *       "employees": null,
         *       "annual_revenue": null,
         *       "currency": "",
         *       "founded": null,
         *       "source": "",
         *       "external_id": "",
         *       "description": "",
         *       "merged_into": null,
         *       "absorbed": [],
         *       "match_key": "",
         *       "site_key": "",
         *       "key_account": false,
         *       "owner": null,
         *       "tags": [],
         *       "archived": false,
         *       "erased": false,
         *       "created_at": "2026-11-24T01:30:00.000000Z",
         *       "created_by": "",
         *       "updated_at": "2026-11-24T01:30:00.000000Z",
         *       "updated_by": "",
         *       "custom": {},
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 1
         *     }
         */
        Account: WithRequired<components["schemas"]["AccountPart"], "id" | "version" | "name" | "type" | "grade" | "parent" | "industry" | "website" | "email" | "phone" | "fax" | "tax_id" | "country" | "city" | "region" | "postcode" | "address" | "employees" | "annual_revenue" | "currency" | "founded" | "source" | "external_id" | "description" | "merged_into" | "absorbed" | "match_key" | "site_key" | "key_account" | "owner" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        AccountPage: {
            items: (components["schemas"]["Account"] | components["schemas"]["AccountPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * AddContactAddress
         * @example {
         *       "city": "北京",
         *       "country": "CN",
         *       "street": "长安街1号"
         *     }
         */
        AddContactAddress: {
            /**
             * Kind
             * @default work
             * @enum {string}
             */
            kind?: "work" | "private" | "billing" | "delivery" | "other";
            /**
             * Street
             * @default
             */
            street?: string;
            /**
             * City
             * @default
             */
            city?: string;
            /**
             * Region
             * @default
             */
            region?: string;
            /**
             * Postcode
             * @default
             */
            postcode?: string;
            /**
             * Country
             * @default
             * @example CN
             */
            country?: string;
        };
        /** AddContactEmail */
        AddContactEmail: {
            /**
             * Email
             * @example li.lei@example.com
             */
            email: string;
            /**
             * Kind
             * @default work
             * @enum {string}
             */
            kind?: "work" | "private" | "other";
            /**
             * Primary
             * @default false
             */
            primary?: boolean;
            /**
             * Allow Duplicate
             * @default false
             */
            allow_duplicate?: boolean;
        };
        /** AddContactPhone */
        AddContactPhone: {
            /**
             * Phone
             * @example +861012345678
             */
            phone: string;
            /**
             * Kind
             * @default work
             * @enum {string}
             */
            kind?: "work" | "mobile" | "private" | "fax" | "other";
            /**
             * Primary
             * @default false
             */
            primary?: boolean;
        };
        /** Archive */
        Archive: {
            /**
             * Cause
             * @default
             */
            cause?: string;
        };
        /** ChangeContactDetails */
        ChangeContactDetails: {
            /**
             * Salutation
             * @default
             */
            salutation?: string;
            /**
             * Given Name
             * @default
             */
            given_name?: string;
            /**
             * Middle Name
             * @default
             */
            middle_name?: string;
            /**
             * Family Name
             * @default
             */
            family_name?: string;
            /**
             * Title
             * @default
             */
            title?: string;
            /**
             * Department
             * @default
             */
            department?: string;
            /**
             * Birthday
             * @default
             * @example 2026-11-24
             */
            birthday?: string;
            /**
             * Language
             * @default
             */
            language?: string;
            /**
             * Wechat
             * @default
             */
            wechat?: string;
            /**
             * Website
             * @default
             */
            website?: string;
            /**
             * Source
             * @default
             */
            source?: string;
            /**
             * External Id
             * @default
             */
            external_id?: string;
            /**
             * Do Not Call
             * @default false
             */
            do_not_call?: boolean;
            /**
             * Do Not Email
             * @default false
             */
            do_not_email?: boolean;
            /**
             * Description
             * @default
             */
            description?: string;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
        };
        /**
         * CreateContact
         * @description `name`, a whole name, stands in for the parts where they are not known apart.
         * @example {
         *       "email": "wang@example.com",
         *       "family_name": "王",
         *       "given_name": "小明",
         *       "title": "采购经理"
         *     }
         */
        CreateContact: {
            /**
             * Salutation
             * @default
             */
            salutation?: string;
            /**
             * Given Name
             * @default
             */
            given_name?: string;
            /**
             * Middle Name
             * @default
             */
            middle_name?: string;
            /**
             * Family Name
             * @default
             */
            family_name?: string;
            /**
             * Title
             * @default
             */
            title?: string;
            /**
             * Department
             * @default
             */
            department?: string;
            /**
             * Birthday
             * @default
             * @example 2026-11-24
             */
            birthday?: string;
            /**
             * Language
             * @default
             */
            language?: string;
            /**
             * Wechat
             * @default
             */
            wechat?: string;
            /**
             * Website
             * @default
             */
            website?: string;
            /**
             * Source
             * @default
             */
            source?: string;
            /**
             * External Id
             * @default
             */
            external_id?: string;
            /**
             * Do Not Call
             * @default false
             */
            do_not_call?: boolean;
            /**
             * Do Not Email
             * @default false
             */
            do_not_email?: boolean;
            /**
             * Description
             * @default
             */
            description?: string;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Email
             * @default
             * @example li.lei@example.com
             */
            email?: string;
            /**
             * Phone
             * @default
             * @example +861012345678
             */
            phone?: string;
            /**
             * Account
             * @default null
             */
            account?: string | null;
            /**
             * Role
             * @default
             */
            role?: string;
            /**
             * Owner
             * @default null
             */
            owner?: string | null;
            /**
             * Allow Duplicate
             * @default false
             */
            allow_duplicate?: boolean;
        };
        /** EndAccountLink */
        EndAccountLink: {
            /**
             * Account
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            account: string;
        };
        /**
         * EraseContact
         * @description Everything personal about this person becomes unreadable everywhere. Links stay.
         */
        EraseContact: Record<string, never>;
        /**
         * LinkToAccount
         * @description primary: true = the account the person mainly belongs to; the first link is it anyway.
         */
        LinkToAccount: {
            /**
             * Account
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            account: string;
            /**
             * Role
             * @default
             */
            role?: string;
            /**
             * Primary
             * @default false
             */
            primary?: boolean;
        };
        /**
         * RemoveContactAddress
         * @description `address`: its id, as the contact's `addresses` show it.
         */
        RemoveContactAddress: {
            /**
             * Address
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            address: string;
        };
        /** RemoveContactEmail */
        RemoveContactEmail: {
            /** Email */
            email: string;
        };
        /** RemoveContactPhone */
        RemoveContactPhone: {
            /**
             * Phone
             * @example +861012345678
             */
            phone: string;
        };
        /** SetPrimaryEmail */
        SetPrimaryEmail: {
            /** Email */
            email: string;
            /**
             * Allow Duplicate
             * @default false
             */
            allow_duplicate?: boolean;
        };
        /** EmailEntry */
        ContactEmailEntry: {
            /** Email */
            email: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "work" | "private" | "other";
            /** Primary */
            primary: boolean;
        };
        /** PhoneEntry */
        ContactPhoneEntry: {
            /** Phone */
            phone: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "work" | "mobile" | "private" | "fax" | "other";
            /** Primary */
            primary: boolean;
        };
        /** AddressEntry */
        ContactAddressEntry: {
            /** Id */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "work" | "private" | "billing" | "delivery" | "other";
            /** Street */
            street: string;
            /** City */
            city: string;
            /** Region */
            region: string;
            /** Postcode */
            postcode: string;
            /** Country */
            country: string;
        };
        /** AccountEntry */
        ContactAccountEntry: {
            /** Account */
            account: string;
            /** Role */
            role: string;
            /** Primary */
            primary: boolean;
            /** Active */
            active: boolean;
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        ContactPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 姓名 */
            name?: string;
            /**
             * Salutation · 称谓
             * @description "" = none
             */
            salutation?: string;
            /** Given name · 名 */
            given_name?: string;
            /** Middle name · 中间名 */
            middle_name?: string;
            /** Family name · 姓 */
            family_name?: string;
            /** Job title · 职务 */
            title?: string;
            /** Department · 部门 */
            department?: string;
            /**
             * Birthday · 生日
             * @description YYYY-MM-DD, "" = none
             */
            birthday?: string;
            /**
             * Language · 语言
             * @description "" = none
             */
            language?: string;
            /**
             * WeChat · 微信
             * @description "" = none
             */
            wechat?: string;
            /**
             * Website · 网址
             * @description "" = none
             */
            website?: string;
            /** Source · 来源 */
            source?: string;
            /**
             * External id · 外部编号
             * @description "" = none
             */
            external_id?: string;
            /** Do not call · 请勿致电 */
            do_not_call?: boolean;
            /** Do not e-mail · 请勿发邮件 */
            do_not_email?: boolean;
            /** Description · 备注 */
            description?: string;
            /**
             * E-mail · 邮箱
             * @description "" = none
             */
            email?: string;
            /** E-mails · 全部邮箱 */
            emails?: components["schemas"]["ContactEmailEntry"][];
            /** E-mail keys · 邮箱查重键 */
            email_keys?: string[];
            /**
             * Phone · 电话
             * @description "" = none
             */
            phone?: string;
            /** Phones · 全部电话 */
            phones?: components["schemas"]["ContactPhoneEntry"][];
            /** Phone keys · 电话查重键 */
            phone_keys?: string[];
            /** Addresses · 地址 */
            addresses?: components["schemas"]["ContactAddressEntry"][];
            /**
             * Account · 主要客户
             * @description The id of account
             */
            account?: string | null;
            /**
             * Accounts · 所属客户
             * @description The id of account
             */
            account_ids?: string[];
            /** Roles at accounts · 客户角色 */
            accounts?: components["schemas"]["ContactAccountEntry"][];
            /**
             * Merged into · 已合并至
             * @description The id of contact
             */
            merged_into?: string | null;
            /**
             * Absorbed · 已并入
             * @description The id of contact
             */
            absorbed?: string[];
            /**
             * Match key · 查重键
             * @description "" = none
             */
            match_key?: string;
            /**
             * Owner · 负责人
             * @description The id of user
             */
            owner?: string | null;
            /** Tags · 标签 */
            tags?: string[];
            /** Archived · 已归档 */
            archived?: boolean;
            /** Erased · 已抹除 */
            erased?: boolean;
            /**
             * Created · 创建时间
             * Format: date-time
             */
            created_at?: string;
            /**
             * Created by · 创建人
             * @description The id of user, "" = none
             */
            created_by?: string;
            /**
             * Updated · 更新时间
             * Format: date-time
             */
            updated_at?: string;
            /**
             * Updated by · 更新人
             * @description The id of user, "" = none
             */
            updated_by?: string;
            /** Custom fields · 自定义字段 */
            custom?: Record<string, never>;
            /** Custom text · 自定义文本 */
            custom_text?: string;
            /** Formulas · 公式 */
            formulas?: Record<string, never>;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
            /** @description With `rights`: what you may do with the record in its present state */
            rights?: {
                read: boolean;
                /** @description Whether the edit in place is open */
                edit: boolean;
                /** @description Fields that you cannot change now */
                fields: string[];
                commands: {
                    [key: string]: boolean;
                };
            };
        };
        /**
         * @description With all its fields
         * @example {
         *       "name": "[erased]",
         *       "salutation": "",
         *       "given_name": "小明",
         *       "middle_name": "",
         *       "family_name": "王",
         *       "title": "采购经理",
         *       "department": "",
         *       "birthday": "",
         *       "language": "",
         *       "wechat": "",
         *       "website": "",
         *       "source": "",
         *       "external_id": "",
         *       "do_not_call": false,
         *       "do_not_email": false,
         *       "description": "",
         *       "email": "wang@example.com",
         *       "emails": [],
         *       "email_keys": [],
         *       "phone": "",
         *       "phones": [],
         *       "phone_keys": [],
         *       "addresses": [],
         *       "account": null,
         *       "account_ids": [],
         *       "accounts": [],
         *       "merged_into": null,
         *       "absorbed": [],
         *       "match_key": "",
         *       "owner": null,
         *       "tags": [],
         *       "archived": false,
         *       "erased": false,
         *       "created_at": "2026-11-24T01:30:00.000000Z",
         *       "created_by": "",
         *       "updated_at": "2026-11-24T01:30:00.000000Z",
         *       "updated_by": "",
         *       "custom": {},
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 1
         *     }
         */
        Contact: WithRequired<components["schemas"]["ContactPart"], "id" | "version" | "name" | "salutation" | "given_name" | "middle_name" | "family_name" | "title" | "department" | "birthday" | "language" | "wechat" | "website" | "source" | "external_id" | "do_not_call" | "do_not_email" | "description" | "email" | "emails" | "email_keys" | "phone" | "phones" | "phone_keys" | "addresses" | "account" | "account_ids" | "accounts" | "merged_into" | "absorbed" | "match_key" | "owner" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        ContactPage: {
            items: (components["schemas"]["Contact"] | components["schemas"]["ContactPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /** CancelActivity */
        CancelActivity: Record<string, never>;
        /** ChangeActivityDetails */
        ChangeActivityDetails: {
            /**
             * Subject
             * @default
             */
            subject?: string;
            /**
             * Body
             * @default
             */
            body?: string;
            /**
             * Location
             * @default
             */
            location?: string;
            /**
             * Sender
             * @default
             * @example li.lei@example.com
             */
            sender?: string;
            /** Recipients */
            recipients?: string[];
            /**
             * Duration
             * @default null
             */
            duration?: number | null;
            /**
             * Direction
             * @default
             * @enum {string}
             */
            direction?: "" | "inbound" | "outbound";
            /**
             * Priority
             * @default normal
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            /** Mentions */
            mentions?: string[];
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
        };
        /**
         * CompleteActivity
         * @description The task is done, the meeting was held, the call was made.
         */
        CompleteActivity: Record<string, never>;
        /**
         * CreateActivity
         * @description Plan a task, schedule a meeting, log a call, write a note or record an e-mail, by `kind`.
         *
         *     due: a moment, or a day of the caller's: then it is due at the end of that day there (`due_on` keeps the day). What
         *     has happened already is done: a note, an e-mail, and a call without a start to come; `done` says otherwise.
         * @example {
         *       "due": "2026-12-01T09:00:00+08:00",
         *       "kind": "task",
         *       "subject": "Send the offer 发送报价"
         *     }
         */
        CreateActivity: {
            /** Subject */
            subject: string;
            /**
             * Body
             * @default
             */
            body?: string;
            /**
             * Location
             * @default
             */
            location?: string;
            /**
             * Sender
             * @default
             * @example li.lei@example.com
             */
            sender?: string;
            /** Recipients */
            recipients?: string[];
            /**
             * Duration
             * @default null
             */
            duration?: number | null;
            /**
             * Direction
             * @default
             * @enum {string}
             */
            direction?: "" | "inbound" | "outbound";
            /**
             * Priority
             * @default normal
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            /** Mentions */
            mentions?: string[];
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
            /**
             * Kind
             * @enum {string}
             */
            kind: "task" | "call" | "meeting" | "note" | "email";
            /**
             * Start
             * @default null
             */
            start?: string | null;
            /**
             * Due
             * @default null
             */
            due?: (string) | null;
            /**
             * Done
             * @default null
             */
            done?: boolean | null;
            /** Links */
            links?: components["schemas"]["Link"][];
            /** Participants */
            participants?: components["schemas"]["Participant"][];
            /**
             * Owner
             * @default null
             */
            owner?: string | null;
        };
        /**
         * EraseActivity
         * @description What was said becomes unreadable everywhere. Plan and links stay.
         */
        EraseActivity: Record<string, never>;
        /**
         * Link
         * @description A record the activity is about.
         */
        Link: {
            /**
             * Type
             * @enum {string}
             */
            type: "account" | "contact" | "lead" | "opportunity";
            /**
             * Id
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            id: string;
        };
        /** Participant */
        Participant: {
            /**
             * Type
             * @enum {string}
             */
            type: "user" | "contact" | "lead";
            /**
             * Id
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            id: string;
        };
        /**
         * RescheduleActivity
         * @description Only what is sent moves; null = no longer set. due: a moment, or a day of the caller's, as by CreateActivity.
         */
        RescheduleActivity: {
            /**
             * Start
             * @default null
             */
            start?: string | null;
            /**
             * Due
             * @default null
             */
            due?: (string) | null;
        };
        /**
         * RespondToInvite
         * @description participant: whose answer it is, unless one's own.
         */
        RespondToInvite: {
            /**
             * Response
             * @enum {string}
             */
            response: "accepted" | "declined" | "tentative";
            /**
             * Participant
             * @default null
             */
            participant?: string | null;
        };
        /** UnlinkActivity */
        UnlinkActivity: {
            /**
             * Id
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            id: string;
        };
        ActivityPage: {
            items: (components["schemas"]["Activity"] | components["schemas"]["ActivityPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * ChangeFieldDefinition
         * @description Name and kind never change: values are stored under them.
         */
        ChangeFieldDefinition: {
            /**
             * Zh
             * @default
             */
            zh?: string;
            /**
             * En
             * @default
             */
            en?: string;
            /** Options */
            options?: string[];
            /** Titles */
            titles?: {
                [key: string]: string;
            };
            /** Option Titles */
            option_titles?: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            /**
             * Required
             * @default false
             */
            required?: boolean;
            /**
             * Sensitive
             * @default false
             */
            sensitive?: boolean;
            /**
             * Formula
             * @default
             */
            formula?: string;
        };
        /**
         * DefineField
         * @description A new custom field `custom.<name>`. options: the only values allowed, for text, keyword and keywords (several
         *     values). ref: the record type that a reference names. formula: how a field of kind formula is computed.
         *     titles: what it is called in a language, before zh and en. option_titles: option → what that is called.
         *     sensitive: the log keeps who was shown its values.
         * @example {
         *       "kind": "keyword",
         *       "name": "tier",
         *       "options": [
         *         "A",
         *         "B",
         *         "C"
         *       ],
         *       "resource": "account"
         *     }
         */
        DefineField: {
            /** Resource */
            resource: string;
            /** Name */
            name: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "text" | "keyword" | "keywords" | "integer" | "decimal" | "money" | "date" | "datetime" | "boolean" | "reference" | "formula";
            /**
             * Ref
             * @default
             */
            ref?: string;
            /**
             * Zh
             * @default
             */
            zh?: string;
            /**
             * En
             * @default
             */
            en?: string;
            /** Options */
            options?: string[];
            /** Titles */
            titles?: {
                [key: string]: string;
            };
            /** Option Titles */
            option_titles?: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            /**
             * Required
             * @default false
             */
            required?: boolean;
            /**
             * Sensitive
             * @default false
             */
            sensitive?: boolean;
            /**
             * Formula
             * @default
             */
            formula?: string;
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        FieldDefinitionPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Record type · 记录类型 */
            resource?: string;
            /** Name · 标识 */
            name?: string;
            /**
             * Kind · 类型
             * @description `text` Text, `keyword` Keyword, `keywords` Several keywords, `integer` Whole number, `decimal` Decimal number, `money` Money, `date` Day, `datetime` Moment, `boolean` Yes or no, `reference` Reference, `formula` Formula
             * @enum {string}
             */
            kind?: "text" | "keyword" | "keywords" | "integer" | "decimal" | "money" | "date" | "datetime" | "boolean" | "reference" | "formula";
            /** Chinese label · 中文名 */
            zh?: string;
            /** English label · 英文名 */
            en?: string;
            /** Options · 选项 */
            options?: string[];
            /** Titles · 各语言名称 */
            titles?: {
                [key: string]: string;
            };
            /** Titles of options · 各语言选项名称 */
            option_titles?: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            /** Required · 必填 */
            required?: boolean;
            /** Sensitive · 敏感 */
            sensitive?: boolean;
            /**
             * Refers to · 引用类型
             * @description "" = none
             */
            ref?: string;
            /** Formula · 公式 */
            formula?: string;
            /**
             * Result · 结果类型
             * @description "" = none
             */
            result?: string;
            /** Tags · 标签 */
            tags?: string[];
            /** Archived · 已归档 */
            archived?: boolean;
            /** Erased · 已抹除 */
            erased?: boolean;
            /**
             * Created · 创建时间
             * Format: date-time
             */
            created_at?: string;
            /**
             * Created by · 创建人
             * @description The id of user, "" = none
             */
            created_by?: string;
            /**
             * Updated · 更新时间
             * Format: date-time
             */
            updated_at?: string;
            /**
             * Updated by · 更新人
             * @description The id of user, "" = none
             */
            updated_by?: string;
            /** Custom fields · 自定义字段 */
            custom?: Record<string, never>;
            /** Custom text · 自定义文本 */
            custom_text?: string;
            /** Formulas · 公式 */
            formulas?: Record<string, never>;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
            /** @description With `rights`: what you may do with the record in its present state */
            rights?: {
                read: boolean;
                /** @description Whether the edit in place is open */
                edit: boolean;
                /** @description Fields that you cannot change now */
                fields: string[];
                commands: {
                    [key: string]: boolean;
                };
            };
        };
        /**
         * @description With all its fields
         * @example {
         *       "resource": "account",
         *       "name": "tier",
         *       "kind": "keyword",
         *       "zh": "",
         *       "en": "",
         *       "options": [],
         *       "titles": {},
         *       "option_titles": {},
         *       "required": false,
         *       "sensitive": false,
         *       "ref": "",
         *       "formula": "",
         *       "result": "",
         *       "tags": [],
         *       "archived": false,
         *       "erased": false,
         *       "created_at": "2026-11-24T01:30:00.000000Z",
         *       "created_by": "",
         *       "updated_at": "2026-11-24T01:30:00.000000Z",
         *       "updated_by": "",
         *       "custom": {},
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 1
         *     }
         */
        FieldDefinition: WithRequired<components["schemas"]["FieldDefinitionPart"], "id" | "version" | "resource" | "name" | "kind" | "zh" | "en" | "options" | "titles" | "option_titles" | "required" | "sensitive" | "ref" | "formula" | "result" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        FieldDefinitionPage: {
            items: (components["schemas"]["FieldDefinition"] | components["schemas"]["FieldDefinitionPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * AllConditions
         * @description All of them hold.
         */
        AllConditions: {
            /** All */
            all: components["schemas"]["ConditionTree"][];
        };
        /**
         * AnyCondition
         * @description At least one of them holds.
         */
        AnyCondition: {
            /** Any */
            any: components["schemas"]["ConditionTree"][];
        };
        /** ChangeSavedView */
        ChangeSavedView: {
            /** Filters */
            filters?: components["schemas"]["Filter"][];
            /**
             * Conditions
             * @default null
             */
            conditions?: components["schemas"]["ConditionTree"] | null;
            /**
             * Order
             * @default
             */
            order?: string;
            /** Columns */
            columns?: string[];
            /**
             * Kind
             * @default list
             * @enum {string}
             */
            kind?: "list" | "board" | "calendar";
            /** Widths */
            widths?: {
                [key: string]: number;
            };
            /** Group */
            group?: string[];
            /** Sums */
            sums?: string[];
            /**
             * Density
             * @default normal
             * @enum {string}
             */
            density?: "compact" | "normal" | "comfortable";
            /**
             * Path
             * @default
             */
            path?: string;
            /**
             * Pinned
             * @default false
             */
            pinned?: boolean;
            /**
             * Default
             * @default false
             */
            default?: boolean;
            /**
             * Name
             * @default
             */
            name?: string;
        };
        /**
         * ConditionOfOne
         * @description `op` left out: `eq`.
         */
        ConditionOfOne: {
            /** Field */
            field: string;
            /**
             * Op
             * @enum {string}
             */
            op?: "eq" | "ne" | "in" | "gt" | "ge" | "lt" | "le" | "prefix" | "contains" | "empty";
            /** Value */
            value: string | number | boolean;
        };
        /**
         * ConditionOfSeveral
         * @description One of several values.
         * @example {
         *       "field": "external_id",
         *       "op": "in",
         *       "value": [
         *         "A-17",
         *         "A-18"
         *       ]
         *     }
         */
        ConditionOfSeveral: {
            /** Field */
            field: string;
            /**
             * Op
             * @constant
             */
            op: "in";
            /** Value */
            value: (string | number | boolean)[];
        };
        ConditionTree: components["schemas"]["ConditionOfSeveral"] | components["schemas"]["ConditionOfOne"] | components["schemas"]["AllConditions"] | components["schemas"]["AnyCondition"] | components["schemas"]["NoCondition"];
        /**
         * CreateSavedView
         * @example {
         *       "columns": [
         *         "name",
         *         "amount",
         *         "close_date"
         *       ],
         *       "filters": [
         *         {
         *           "field": "status",
         *           "op": "eq",
         *           "value": "open"
         *         },
         *         {
         *           "field": "amount",
         *           "op": "ge",
         *           "value": "10000"
         *         }
         *       ],
         *       "name": "Large open deals",
         *       "order": "-amount",
         *       "resource": "opportunity"
         *     }
         */
        CreateSavedView: {
            /** Filters */
            filters?: components["schemas"]["Filter"][];
            /**
             * Conditions
             * @default null
             */
            conditions?: components["schemas"]["ConditionTree"] | null;
            /**
             * Order
             * @default
             */
            order?: string;
            /** Columns */
            columns?: string[];
            /**
             * Kind
             * @default list
             * @enum {string}
             */
            kind?: "list" | "board" | "calendar";
            /** Widths */
            widths?: {
                [key: string]: number;
            };
            /** Group */
            group?: string[];
            /** Sums */
            sums?: string[];
            /**
             * Density
             * @default normal
             * @enum {string}
             */
            density?: "compact" | "normal" | "comfortable";
            /**
             * Path
             * @default
             */
            path?: string;
            /**
             * Pinned
             * @default false
             */
            pinned?: boolean;
            /**
             * Default
             * @default false
             */
            default?: boolean;
            /** Name */
            name: string;
            /** Resource */
            resource: string;
        };
        /**
         * Filter
         * @description One condition of a list, as in its query string: `field[op]=value`.
         */
        Filter: {
            /** Field */
            field: string;
            /**
             * Op
             * @enum {string}
             */
            op: "eq" | "ne" | "in" | "gt" | "ge" | "lt" | "le" | "prefix" | "contains" | "empty";
            /** Value */
            value: string;
        };
        /**
         * NoCondition
         * @description None of them holds.
         */
        NoCondition: {
            /** None */
            none: components["schemas"]["ConditionTree"][];
        };
        /**
         * ShareSavedView
         * @description Offer it to these users, to who has one of these roles and to who is in one of these teams; with nobody named,
         *     to everyone in the organisation. It takes the place of what was said before.
         */
        ShareSavedView: {
            /** Users */
            users?: string[];
            /** Roles */
            roles?: string[];
            /** Teams */
            teams?: string[];
        };
        /**
         * UnshareSavedView
         * @description Offer it to its owner alone again.
         */
        UnshareSavedView: Record<string, never>;
        /**
         * AllConditions
         * @description All of them hold.
         */
        SavedViewAllConditions: {
            /** All */
            all: components["schemas"]["SavedViewConditionTree"][];
        };
        /**
         * AnyCondition
         * @description At least one of them holds.
         */
        SavedViewAnyCondition: {
            /** Any */
            any: components["schemas"]["SavedViewConditionTree"][];
        };
        /**
         * ConditionOfOne
         * @description `op` left out: `eq`.
         */
        SavedViewConditionOfOne: {
            /** Field */
            field: string;
            /**
             * Op
             * @enum {string}
             */
            op?: "eq" | "ne" | "in" | "gt" | "ge" | "lt" | "le" | "prefix" | "contains" | "empty";
            /** Value */
            value: string | number | boolean;
        };
        /**
         * ConditionOfSeveral
         * @description One of several values.
         * @example {
         *       "field": "external_id",
         *       "op": "in",
         *       "value": [
         *         "A-17",
         *         "A-18"
         *       ]
         *     }
         */
        SavedViewConditionOfSeveral: {
            /** Field */
            field: string;
            /**
             * Op
             * @constant
             */
            op: "in";
            /** Value */
            value: (string | number | boolean)[];
        };
        SavedViewConditionTree: components["schemas"]["SavedViewConditionOfSeveral"] | components["schemas"]["SavedViewConditionOfOne"] | components["schemas"]["SavedViewAllConditions"] | components["schemas"]["SavedViewAnyCondition"] | components["schemas"]["SavedViewNoCondition"];
        /**
         * NoCondition
         * @description None of them holds.
         */
        SavedViewNoCondition: {
            /** None */
            none: components["schemas"]["SavedViewConditionTree"][];
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        SavedViewPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /** Record type · 记录类型 */
            resource?: string;
            /** Filters · 筛选条件 */
            filters?: {
                [key: string]: string;
            }[];
            /**
             * Order · 排序
             * @description "" = none
             */
            order?: string;
            /** Columns · 列 */
            columns?: string[];
            /**
             * Kind · 展示方式
             * @description `list` List, `board` Board, `calendar` Calendar
             * @enum {string}
             */
            kind?: "list" | "board" | "calendar";
            /** Conditions · 条件组 */
            conditions?: components["schemas"]["SavedViewConditionTree"] | null;
            /** Widths · 列宽 */
            widths?: {
                [key: string]: number;
            };
            /** Group · 分组 */
            group?: string[];
            /** Sums · 合计 */
            sums?: string[];
            /**
             * Density · 行高
             * @description `compact` Compact, `normal` Normal, `comfortable` Comfortable
             * @enum {string}
             */
            density?: "compact" | "normal" | "comfortable";
            /**
             * Path of the board · 看板路径
             * @description "" = none
             */
            path?: string;
            /** Pinned · 已置顶 */
            pinned?: boolean;
            /** Default · 默认 */
            default?: boolean;
            /** Shared · 已共享 */
            shared?: boolean;
            /** Shared with · 共享对象 */
            shared_with?: {
                /** Users */
                users?: string[];
                /** Roles */
                roles?: string[];
                /** Teams */
                teams?: string[];
            };
            /** Readable by · 可见者 */
            reader?: string | null;
            /**
             * Owner · 负责人
             * @description The id of user
             */
            owner?: string | null;
            /** Tags · 标签 */
            tags?: string[];
            /** Archived · 已归档 */
            archived?: boolean;
            /** Erased · 已抹除 */
            erased?: boolean;
            /**
             * Created · 创建时间
             * Format: date-time
             */
            created_at?: string;
            /**
             * Created by · 创建人
             * @description The id of user, "" = none
             */
            created_by?: string;
            /**
             * Updated · 更新时间
             * Format: date-time
             */
            updated_at?: string;
            /**
             * Updated by · 更新人
             * @description The id of user, "" = none
             */
            updated_by?: string;
            /** Custom fields · 自定义字段 */
            custom?: Record<string, never>;
            /** Custom text · 自定义文本 */
            custom_text?: string;
            /** Formulas · 公式 */
            formulas?: Record<string, never>;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
            /** @description With `rights`: what you may do with the record in its present state */
            rights?: {
                read: boolean;
                /** @description Whether the edit in place is open */
                edit: boolean;
                /** @description Fields that you cannot change now */
                fields: string[];
                commands: {
                    [key: string]: boolean;
                };
            };
        };
        /**
         * @description With all its fields
         * @example {
         *       "name": "Large open deals",
         *       "resource": "opportunity",
         *       "filters": [],
         *       "order": "-amount",
         *       "columns": [],
         *       "kind": "list",
         *       "conditions": null,
         *       "widths": {},
         *       "group": [],
         *       "sums": [],
         *       "density": "normal",
         *       "path": "",
         *       "pinned": false,
         *       "default": false,
         *       "shared": false,
         *       "shared_with": {},
         *       "reader": null,
         *       "owner": null,
         *       "tags": [],
         *       "archived": false,
         *       "erased": false,
         *       "created_at": "2026-11-24T01:30:00.000000Z",
         *       "created_by": "",
         *       "updated_at": "2026-11-24T01:30:00.000000Z",
         *       "updated_by": "",
         *       "custom": {},
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 1
         *     }
         */
        SavedView: WithRequired<components["schemas"]["SavedViewPart"], "id" | "version" | "name" | "resource" | "filters" | "order" | "columns" | "kind" | "conditions" | "widths" | "group" | "sums" | "density" | "path" | "pinned" | "default" | "shared" | "shared_with" | "reader" | "owner" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        SavedViewPage: {
            items: (components["schemas"]["SavedView"] | components["schemas"]["SavedViewPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * FieldProblem
         * @description params: the values in the message, by name.
         */
        FieldProblem: {
            /** Field */
            field: string;
            /**
             * Code
             * @enum {string}
             */
            code: "account-archived" | "active" | "after-version" | "already-set-up" | "ambiguous-key" | "ambiguous-reference" | "amount" | "amount-hidden" | "archived" | "arguments" | "assertion-error" | "bad-boolean" | "bad-date" | "bad-day" | "bad-field" | "bad-filter" | "bad-formula" | "bad-id" | "bad-json" | "bad-key" | "bad-lookup" | "bad-moment" | "bad-name" | "bad-number" | "bad-offset" | "bad-order" | "bad-query" | "bad-range" | "bad-ranges" | "bad-reason" | "bad-request" | "bad-type" | "bad-version" | "before-last" | "before-start" | "belongs-to" | "bool-parsing" | "bool-type" | "broken-csv" | "broken-encoding" | "broken-multipart" | "broken-vcard" | "broken-xlsx" | "broken-yaml" | "bytes-missing" | "cannot-clear" | "changed-since" | "characters" | "checksum" | "chunk-too-small" | "circle" | "closed" | "column" | "computed" | "conflict" | "conversion-changed-since" | "converted" | "converting" | "count-changed" | "country" | "country-ambiguous" | "currency" | "cycle" | "dataclass-type" | "date" | "date-ambiguous" | "date-from-datetime-parsing" | "date-order" | "date-parsing" | "datetime-parsing" | "day" | "deactivated" | "deals" | "decimal-sign" | "default-pipeline" | "dict-type" | "doubled-time" | "duplicate" | "duplicate-key" | "earlier-row-rejected" | "email" | "empty-file" | "encoding-unsure" | "encrypted" | "endless-row" | "engine" | "enum" | "erased" | "extra-forbidden" | "finite-number" | "float-parsing" | "float-type" | "forbidden" | "forbidden-owner" | "frozen-set-type" | "function" | "given-twice" | "greater-than" | "greater-than-equal" | "grouping" | "half-done" | "head-too-large" | "idempotency-key-reused" | "ids-or-filters" | "in-the-future" | "incomplete" | "infected" | "int-from-float" | "int-parsing" | "int-parsing-size" | "int-type" | "internal" | "interval" | "invalid" | "itself" | "joined-later" | "json-invalid" | "json-type" | "last-administrator" | "last-stage" | "less-than" | "less-than-equal" | "list-type" | "listed" | "literal-error" | "mapping-type" | "merged" | "method-not-allowed" | "missing" | "missing-file" | "mixed-scripts" | "model-attributes-type" | "model-type" | "moment" | "money" | "name" | "needs-in" | "needs-request" | "no-amount" | "no-exchange" | "no-money" | "no-period" | "no-person" | "no-price" | "no-rate" | "no-way-back" | "nobody-asks" | "none-required" | "not-absorbed" | "not-active" | "not-allowed" | "not-an-erasure" | "not-an-option" | "not-announced" | "not-approved" | "not-by-key" | "not-converted" | "not-deactivated" | "not-exported" | "not-finite" | "not-for-many" | "not-for-this-kind" | "not-found" | "not-graded" | "not-held" | "not-hideable" | "not-importable" | "not-invited" | "not-listed" | "not-open" | "not-positive" | "not-qualified" | "not-scannable" | "not-scanned" | "not-undoable" | "not-utf-8" | "not-yours" | "nul" | "number" | "number-ambiguous" | "old-excel" | "on" | "one-statement" | "only-now" | "open-opportunities" | "open-request" | "other-count" | "other-currency" | "other-kind" | "other-records" | "out-of-order" | "out-of-range" | "out-of-turn" | "outside-term" | "own-factor" | "parameter" | "pattern" | "phone" | "phone-country" | "projection-behind" | "quantity" | "rate" | "read-only" | "reason-needed" | "rejected" | "repeated-column" | "repeated-file" | "required" | "required-by-stage" | "revoked" | "same-currency" | "same-user" | "sample-data-present" | "second-factor-needed" | "second-factor-needed-first" | "second-factor-not-begun" | "second-factor-off" | "second-factor-on" | "second-factor-required" | "select-only" | "set-type" | "skipped-time" | "stage-gate" | "stage-role" | "string-pattern-mismatch" | "string-too-long" | "string-too-short" | "string-type" | "string-unicode" | "sum-of-lines" | "surrogate" | "syntax" | "time-zone" | "too-common" | "too-deep" | "too-few-columns" | "too-guessable" | "too-large" | "too-late" | "too-long" | "too-many" | "too-many-changes" | "too-many-columns" | "too-many-contacts" | "too-many-files" | "too-many-groups" | "too-many-keys" | "too-many-lines" | "too-many-records" | "too-many-requests" | "too-many-uploads" | "too-many-values" | "too-many-versions" | "too-short" | "too-slow" | "tuple-type" | "type" | "type-not-allowed" | "unassigned" | "unauthenticated" | "unavailable" | "undo-clash" | "union-tag-invalid" | "union-tag-not-found" | "unknown-action" | "unknown-column" | "unknown-command" | "unknown-email" | "unknown-encoding" | "unknown-field" | "unknown-function" | "unknown-kind" | "unknown-line" | "unknown-parameter" | "unknown-position" | "unknown-price" | "unknown-record" | "unknown-reference" | "unknown-resource" | "unknown-stage" | "unknown-version" | "unknown-view" | "unnamed-column" | "unreadable" | "unsupported-media-type" | "unticked" | "unused-file" | "upload-busy" | "upload-ended" | "value" | "value-error" | "version-mismatch" | "view" | "window" | "withdrawn" | "wrong-code" | "wrong-offset" | "wrong-password" | "wrong-status" | "wrong-type" | "xlsx-bomb" | "xlsx-hostile" | "zone";
            /** Message */
            message: string;
            /** Params */
            params?: {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        /** AbsorbedRecord */
        AbsorbedRecord: {
            /**
             * Id
             * @description The absorbed record
             */
            id: string;
            /**
             * Version
             * @description The survivor's version that the merge made
             */
            version: number;
            /**
             * Occurred At
             * Format: date-time
             */
            occurred_at: string;
            /** Actor */
            actor: string;
            /** Fields */
            fields: components["schemas"]["MergedField"][];
        };
        /**
         * BeginUpload
         * @description A file to come: on a record, or, with the type `attachment`, as the next version of a file.
         * @example {
         *       "name": "offer.pdf",
         *       "record": "0198c2f4-6a00-7000-8000-000000000001",
         *       "record_type": "opportunity",
         *       "size": 48211
         *     }
         */
        BeginUpload: {
            /** Name */
            name: string;
            /**
             * Size
             * @description Bytes
             */
            size: number;
            /**
             * Sha256
             * @description Of all bytes; checked at the end
             * @default
             */
            sha256?: string;
            /**
             * Record Type
             * @enum {string}
             */
            record_type: "account" | "contact" | "lead" | "opportunity" | "activity" | "product" | "price_book" | "user" | "team" | "attachment";
            /**
             * Record
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            record: string;
        };
        /** CalendarFeeds */
        CalendarFeeds: {
            /**
             * Items
             * @description Those that are not revoked, the newest first
             */
            items: components["schemas"]["OwnCalendarFeed"][];
        };
        /** MadeCalendarFeed */
        MadeCalendarFeed: {
            /** Id */
            id: string;
            /** Version */
            version: number;
            /**
             * Path
             * @description Below the suite's address; shown this once, only a digest of it is kept
             */
            path: string;
        };
        /** MergedField */
        MergedField: {
            /** Field */
            field: string;
            /**
             * Now
             * @description The value that stands there
             */
            now: unknown;
            /**
             * Back
             * @description The value it had before the merge
             */
            back: unknown;
            /**
             * Clash
             * @description It was changed since the merge and stays as it is
             */
            clash: boolean;
        };
        /** Merges */
        Merges: {
            /** Items */
            items: components["schemas"]["AbsorbedRecord"][];
        };
        /**
         * NewCalendarFeed
         * @description whose: `mine` = what you own or are invited to, `team` = the same of everybody in your teams. tasks: what is due
         *     becomes a VTODO, or a VEVENT for programs that show no to-dos of a subscription (Google, Outlook).
         * @example {
         *       "name": "My CRM 我的日历",
         *       "tasks": "event"
         *     }
         */
        NewCalendarFeed: {
            /** Name */
            name: string;
            /**
             * Whose
             * @default mine
             * @enum {string}
             */
            whose?: "mine" | "team";
            /**
             * Tasks
             * @default todo
             * @enum {string}
             */
            tasks?: "todo" | "event";
        };
        /** OwnCalendarFeed */
        OwnCalendarFeed: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Whose
             * @enum {string}
             */
            whose: "mine" | "team";
            /**
             * Tasks
             * @enum {string}
             */
            tasks: "todo" | "event";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /** UploadState */
        UploadState: {
            /** Id */
            id: string;
            /**
             * Attachment
             * @description The file that it becomes, or becomes a version of
             */
            attachment: string;
            /**
             * Offset
             * @description The bytes that are here and durable
             */
            offset: number;
            /** Size */
            size: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
type WithRequired<T, K extends keyof T> = T & {
    [P in K]-?: T[P];
};
export type operations = Record<string, never>;
