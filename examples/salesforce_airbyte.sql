SET search_path = salesforce, public;

CREATE VIEW crm_accounts AS
SELECT a."Id" AS account_id, a."Name" AS name, a."Website" AS website,
	(SELECT array_agg(DISTINCT c."Email"::text) FROM contact c WHERE c."AccountId" = a."Id" AND NOT coalesce(c."IsDeleted", false)) AS email,
	a."BillingCountry" AS country, a."Type" AS status, u."Email" AS owner, a."Industry" AS industry,
	a."BillingState" AS region, a."CurrencyIsoCode" AS currency
FROM account a
LEFT JOIN "user" u ON u."Id" = a."OwnerId"
WHERE NOT coalesce(a."IsDeleted", false);

CREATE VIEW crm_opportunities AS
SELECT o."Id" AS opportunity_id, o."AccountId" AS account_id, o."Name" AS name, o."StageName" AS stage,
	o."IsClosed" AS is_closed, o."IsWon" AS is_won, o."Amount" AS amount, o."CurrencyIsoCode" AS currency,
	o."CreatedDate" AS created_at, o."CloseDate" AS closed_at, u."Email" AS owner
FROM opportunity o
LEFT JOIN "user" u ON u."Id" = o."OwnerId"
WHERE NOT coalesce(o."IsDeleted", false);
