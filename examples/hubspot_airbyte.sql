SET search_path = hubspot, public;

CREATE VIEW crm_accounts AS
SELECT c.id AS account_id, c.properties ->> 'name' AS name, c.properties ->> 'website' AS website,
	c.properties ->> 'domain' AS domain, c.properties ->> 'country' AS country, c.properties ->> 'lifecyclestage' AS status,
	o.email AS owner, c.properties ->> 'industry' AS industry, c.properties ->> 'state' AS region
FROM companies c
LEFT JOIN owners o ON o.id = c.properties ->> 'hubspot_owner_id'
WHERE NOT coalesce(c.archived, false);

-- a deal of several companies counts for the first of them
CREATE VIEW crm_opportunities AS
SELECT d.id AS opportunity_id, d.companies ->> 0 AS account_id, d.properties ->> 'dealname' AS name,
	d.properties ->> 'dealstage' AS stage, (d.properties ->> 'hs_is_closed')::boolean AS is_closed,
	(d.properties ->> 'hs_is_closed_won')::boolean AS is_won, nullif(d.properties ->> 'amount', '')::numeric AS amount,
	d.properties ->> 'deal_currency_code' AS currency, d.properties ->> 'createdate' AS created_at,
	d.properties ->> 'closedate' AS closed_at, o.email AS owner
FROM deals d
LEFT JOIN owners o ON o.id = d.properties ->> 'hubspot_owner_id'
WHERE NOT coalesce(d.archived, false) AND d.companies ->> 0 IS NOT NULL;
