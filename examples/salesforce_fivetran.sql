SET search_path = salesforce, public;

CREATE VIEW crm_accounts AS
SELECT a.id AS account_id, a.name, a.website,
	(SELECT array_agg(DISTINCT c.email) FROM contact c WHERE c.account_id = a.id AND NOT coalesce(c.is_deleted, false)) AS email,
	a.billing_country AS country, a.type AS status, u.email AS owner, a.industry, a.billing_state AS region,
	a.currency_iso_code AS currency
FROM account a
LEFT JOIN "user" u ON u.id = a.owner_id
WHERE NOT coalesce(a.is_deleted, false) AND NOT coalesce(a._fivetran_deleted, false);

CREATE VIEW crm_opportunities AS
SELECT o.id AS opportunity_id, o.account_id, o.name, o.stage_name AS stage, o.is_closed, o.is_won, o.amount,
	o.currency_iso_code AS currency, o.created_date AS created_at, o.close_date AS closed_at, u.email AS owner
FROM opportunity o
LEFT JOIN "user" u ON u.id = o.owner_id
WHERE NOT coalesce(o.is_deleted, false) AND NOT coalesce(o._fivetran_deleted, false);
